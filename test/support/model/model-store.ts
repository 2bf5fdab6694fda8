import type { CodeState } from 'sent-code-store';

/** A code that is held: claimed before the end of its lease, uncertain after it. */
interface Held {
  readonly message: Message;
  readonly token: string | undefined;
  readonly leaseUntil: number;
  readonly attempt: number;
}

/** A message: the codes that were claimed together, in their order. */
interface Message {
  readonly id: string;
  readonly codes: readonly string[];
  readonly firstTriedAt: number;
}

/** A claim as the model knows it. */
export interface ModelClaim {
  readonly guild: string;
  readonly codes: readonly string[];
  readonly token: string;
  readonly message: Message;
  readonly attempt: number;
}

type Entry = 'sent' | Held;

/** What the contract says, in the plainest words: one caller at a time, no input to check, no chunks, codes as their identities. */
export class ModelStore {
  now = 0;
  readonly #guilds = new Map<string, Map<string, Entry>>();
  readonly #baselines = new Set<string>();

  state(guild: string, code: string): CodeState {
    const entry = this.#codes(guild).get(code);
    if (entry === undefined) return 'absent';
    if (entry === 'sent') return 'sent';
    return this.now < entry.leaseUntil ? 'claimed' : 'uncertain';
  }

  select(guild: string, codes: readonly string[], state: CodeState): string[] {
    return codes.filter((code) => this.state(guild, code) === state);
  }

  mark(guild: string, codes: readonly string[]): string[] {
    const marked = codes.filter((code) => this.state(guild, code) !== 'sent');
    for (const code of marked) this.#codes(guild).set(code, 'sent');
    return marked;
  }

  claim(guild: string, codes: readonly string[], own: { token: string; messageId: string; leaseMs: number }): ModelClaim {
    const free = this.select(guild, codes, 'absent');
    const message = { id: own.messageId, codes: free, firstTriedAt: this.now };
    for (const code of free) {
      this.#codes(guild).set(code, { message, token: own.token, leaseUntil: this.now + own.leaseMs, attempt: 1 });
    }
    return { guild, codes: free, token: own.token, message, attempt: 1 };
  }

  /** Codes of a claim that it holds, and those that somebody else decided about but did not send. */
  renew({ guild, codes, token }: ModelClaim, leaseMs: number): { held: string[]; lost: string[] } {
    const held = codes.filter((code) => this.#holds(guild, code, token));
    for (const code of held) this.#change(guild, code, (entry) => ({ ...entry, leaseUntil: this.now + leaseMs }));
    const lost = codes.filter((code) => !held.includes(code) && this.state(guild, code) !== 'sent');
    return { held, lost };
  }

  leaseLost({ guild, token }: ModelClaim, codes: readonly string[]): boolean {
    return codes.some((code) => this.state(guild, code) !== 'sent' && !this.#holds(guild, code, token));
  }

  release({ guild, token }: ModelClaim, codes: readonly string[], outcome: 'not-sent' | 'uncertain'): void {
    for (const code of codes.filter((each) => this.#holds(guild, each, token))) {
      this.#change(guild, code, (entry) =>
        outcome === 'not-sent' && entry.attempt === 1 ? undefined : { ...entry, token: undefined, leaseUntil: -1 },
      );
    }
  }

  /** The messages that may be taken over: all their codes uncertain, none decided, the first try recent enough. */
  takeable(guild: string, withinMs: number): Message[] {
    const entries = [...this.#codes(guild).values()].filter((entry) => entry !== 'sent');
    return [...new Set(entries.map(({ message }) => message))].filter(
      (message) =>
        this.now - message.firstTriedAt <= withinMs &&
        message.codes.every((code) => {
          const entry = this.#codes(guild).get(code);
          return entry !== undefined && entry !== 'sent' && entry.message === message && this.state(guild, code) === 'uncertain';
        }),
    );
  }

  take(guild: string, message: Message, token: string, leaseMs: number): ModelClaim {
    let attempt = 0;
    for (const code of message.codes) {
      this.#change(guild, code, (entry) => {
        attempt = entry.attempt + 1;
        return { ...entry, token, leaseUntil: this.now + leaseMs, attempt };
      });
    }
    return { guild, codes: message.codes, token, message, attempt };
  }

  remove(guild: string, codes: readonly string[]): void {
    for (const code of codes) this.#codes(guild).delete(code);
  }

  baseline(guild: string, codes: readonly string[]): boolean {
    const applied = !this.#baselines.has(guild) && this.#codes(guild).size === 0;
    this.#baselines.add(guild);
    if (applied) this.mark(guild, codes);
    return applied;
  }

  clear(guild: string, codes: readonly string[]): number {
    const gone = codes.filter((code) => ['sent', 'uncertain'].includes(this.state(guild, code)));
    this.remove(guild, gone);
    this.#baselines.delete(guild);
    return gone.length;
  }

  #codes(guild: string): Map<string, Entry> {
    const codes = this.#guilds.get(guild) ?? new Map<string, Entry>();
    this.#guilds.set(guild, codes);
    return codes;
  }

  #holds(guild: string, code: string, token: string): boolean {
    const entry = this.#codes(guild).get(code);
    return entry !== undefined && entry !== 'sent' && entry.token === token;
  }

  #change(guild: string, code: string, change: (entry: Held) => Held | undefined): void {
    const entry = this.#codes(guild).get(code);
    if (entry === undefined || entry === 'sent') throw new Error(`${code} is not held`);
    const after = change(entry);
    if (after === undefined) this.#codes(guild).delete(code);
    else this.#codes(guild).set(code, after);
  }
}
