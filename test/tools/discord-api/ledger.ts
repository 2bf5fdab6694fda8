import { appendFileSync, existsSync, statSync } from 'node:fs';
import type { Embed } from './message-body.js';

interface Request {
  readonly channelId: string;
  /** The bot's id from its token; null where the token was missing or malformed. */
  readonly author: string | null;
  /** As it was sent; null where none was sent or the body could not be read. */
  readonly nonce: string | number | null;
  /** The name of the fault that was played on this request; null for none. */
  readonly fault: string | null;
}

interface Shown {
  readonly messageId: string;
  readonly enforceNonce: boolean;
  readonly content: string;
  readonly embeds: readonly Embed[];
}

/** What happened. Each Create Message request leaves one of the first four kinds. */
export type LedgerEvent =
  /** A message was posted: people see it, whatever the answer to the bot was. */
  | ({ readonly kind: 'created' } & Request & Shown)
  /** The nonce was known: nothing was posted. `messageId` is the first message's, `content` and `embeds` are what this request held. */
  | ({ readonly kind: 'deduplicated' } & Request & Shown)
  /** Discord said no, with this HTTP status and code (429 among them): nothing was posted. */
  | ({ readonly kind: 'refused'; readonly status: number; readonly code: number } & Request)
  /** The request died by a fault before anything was posted. */
  | ({ readonly kind: 'lost' } & Request)
  /** Somebody deleted a message. */
  | { readonly kind: 'deleted'; readonly channelId: string; readonly messageId: string };

/** One line: the event, its place in the order of all (from 1), and when (ISO 8601, the fake's clock). */
export type LedgerEntry = LedgerEvent & { readonly sequence: number; readonly at: string };

/**
 * The append-only record of what the fake Discord did: NDJSON, one line for each event, in the file before the answer to the
 * request leaves. It is the oracle: what no line says `created` was seen by nobody.
 */
export class Ledger {
  readonly #path: string;
  readonly #now: () => number;
  readonly #entries: LedgerEntry[] = [];
  readonly #waiting = new Set<() => void>();

  /** Throws when the file already holds something: two runs in one ledger prove nothing. */
  constructor(path: string, now: () => number) {
    if (existsSync(path) && statSync(path).size > 0) throw new Error(`the ledger ${path} already holds entries`);
    this.#path = path;
    this.#now = now;
    appendFileSync(path, '');
  }

  append(event: LedgerEvent): void {
    const entry = { sequence: this.#entries.length + 1, at: new Date(this.#now()).toISOString(), ...event };
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
    this.#entries.push(entry);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** The entries after that sequence number; waits for the first one. */
  async after(sequence: number): Promise<readonly LedgerEntry[]> {
    while (this.#entries.length <= sequence) await new Promise<void>((wake) => this.#waiting.add(wake));
    return this.#entries.slice(sequence);
  }

  all(): readonly LedgerEntry[] {
    return this.#entries;
  }
}
