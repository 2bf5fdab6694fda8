import { SentCodeStoreError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Logger } from '../contract/logger.js';
import { keyOf } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkFoundCode, codeText } from './found-code.js';
import { GuildAccount, logGuild } from './guild-account.js';
import type { GuildMigration, MigrationProgress } from './report.js';
import { totalsOf } from './report.js';
import type { OpenSource, SourceCode, SourceEntry } from './source-entry.js';
import type { MigrationTarget, MovedCode } from './target.js';

/**
 * Moves codes from a source to a target in batches. Keeps one batch in memory, and the figures of
 * each guild. A dry run also keeps each code that it would mark.
 */
export class Mover {
  readonly #options: MoveOptions;
  readonly #accounts = new Map<string, GuildAccount>();
  readonly #planned = new Set<string>();
  #batch = new Map<string, Part>();
  #batched = 0;
  #finished: GuildAccount[] = [];

  constructor(options: MoveOptions) {
    this.#options = options;
  }

  /** The figures of each guild so far. */
  get guilds(): GuildMigration[] {
    return [...this.#accounts.values()].map((account) => account.toReport());
  }

  /**
   * Moves everything. Rejects with {@link MoveStoppedError} (`cause` has the reason), `ABORTED`, or
   * the exception of `onProgress`.
   */
  async move({ entries }: OpenSource): Promise<void> {
    let current: GuildAccount | undefined;
    let stop: MoveStoppedError | undefined;
    for await (const entry of untilFailure(entries)) {
      this.#throwIfAborted();
      if ('failure' in entry) {
        stop = new MoveStoppedError('The source failed.', { cause: entry.failure });
        break;
      }
      const account = this.#accountOf(entry);
      if (current !== undefined && current !== account) this.#finished.push(current);
      current = account;
      await this.#moveEntry(entry, account);
    }
    if (current !== undefined) this.#finished.push(current);
    await this.#flush();
    if (stop !== undefined) throw stop;
  }

  async #moveEntry({ guildId, codes, problem }: SourceEntry, account: GuildAccount): Promise<void> {
    if (problem !== undefined) account.fail(problem, 0);
    const refusal = refusalOf(guildId);
    if (Symbol.iterator in codes) {
      // Without `await`: to wait for each of a million codes would take longer than all the rest.
      for (const found of codes) {
        this.#take(found, account, refusal);
        if (this.#batched === BATCH_SIZE) await this.#flush(account);
      }
      return;
    }
    for await (const found of untilFailure(codes)) {
      if ('failure' in found) account.fail(found.failure, 0);
      else this.#take(found, account, refusal);
      if (this.#batched === BATCH_SIZE) await this.#flush(account);
    }
  }

  #take({ code: value, sentAt, receipt, problem }: SourceCode, account: GuildAccount, refusal: string | undefined): void {
    account.found += 1;
    if (problem !== undefined) {
      account.fail(problem, 1);
      return;
    }
    const code =
      refusal === undefined ? checkFoundCode(value, this.#options.identity) : { code: codeText(value), reason: refusal };
    if (typeof code !== 'string') {
      account.refused.push(code);
      return;
    }
    const { guildId } = account;
    const part = this.#batch.get(guildId) ?? { account, codes: [], seen: new Set<string>() };
    this.#batch.set(guildId, part);
    if (part.seen.has(code)) {
      account.repeats += 1;
      return;
    }
    part.seen.add(code);
    part.codes.push({ guildId, code, sentAt: sentAt ?? this.#options.now, receipt });
    this.#batched += 1;
  }

  async #flush(current?: GuildAccount): Promise<void> {
    this.#throwIfAborted();
    const parts = [...this.#batch.values()];
    const open = parts.find(({ account }) => account === current);
    // A guild that goes on in the next batch keeps its seen codes, so that repeats are counted over
    // the whole guild.
    this.#batch = new Map(open && [[open.account.guildId, { ...open, codes: [] }]]);
    this.#batched = 0;
    try {
      await this.#write(parts);
    } catch (error) {
      await this.#writeOneByOne(parts, error);
    }
    for (const account of this.#finished.splice(0)) logGuild(this.#options.logger, account, this.#options.dryRun);
    const { failedGuilds, ...progress } = totalsOf([...this.#accounts.values()]);
    this.#options.onProgress?.(progress);
  }

  async #write(parts: readonly Part[]): Promise<void> {
    const { target, dryRun } = this.#options;
    const codes = parts.flatMap((part) => part.codes);
    if (codes.length === 0) return;
    const sent = await target.areSent(codes);
    const open = codes.filter(({ guildId, code }, index) => sent[index] !== true && !this.#planned.has(keyOf(guildId, code)));
    const made = dryRun ? open.map(() => true) : open.length === 0 ? [] : await target.mark(open);
    if (dryRun) for (const { guildId, code } of open) this.#planned.add(keyOf(guildId, code));
    const migrated = new Map<string, number>();
    for (const [index, { guildId }] of open.entries())
      if (made[index] === true) migrated.set(guildId, (migrated.get(guildId) ?? 0) + 1);
    for (const { account, codes: own } of parts) {
      const count = migrated.get(account.guildId) ?? 0;
      account.migrated += count;
      account.alreadyThere += own.length - count;
    }
  }

  /**
   * Writes a failed batch again guild by guild, so that one guild's failure is its own. If the
   * target is away, the rest is not tried.
   */
  async #writeOneByOne(parts: readonly Part[], error: unknown): Promise<void> {
    for (const [index, part] of parts.entries()) {
      this.#throwIfAborted();
      try {
        if (parts.length === 1) throw error;
        await this.#write([part]);
      } catch (own) {
        part.account.fail(own, part.codes.length);
        await this.#options.pingTarget().catch((cause: unknown) => {
          for (const { account, codes } of parts.slice(index + 1)) account.fail(cause, codes.length);
          throw new MoveStoppedError('The target is away.', { cause });
        });
      }
    }
  }

  #accountOf({ guildId }: SourceEntry): GuildAccount {
    const id = String(guildId);
    const account = this.#accounts.get(id) ?? new GuildAccount(id);
    this.#accounts.set(id, account);
    return account;
  }

  #throwIfAborted(): void {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    throw new SentCodeStoreError('ABORTED', 'The migration was stopped. What was moved stays; the next run moves the rest.', {
      cause: signal.reason,
    });
  }
}

/** The target or the whole source failed, so the move cannot go on. */
export class MoveStoppedError extends Error {}

/** Options of a {@link Mover}. */
export interface MoveOptions {
  readonly target: MigrationTarget;
  readonly identity: Identity;
  /** Rejects if the target is away; then the rest is not tried. */
  readonly pingTarget: () => Promise<void>;
  /** Time of a code without a time in the source, in ms since 1970. */
  readonly now: number;
  readonly dryRun: boolean;
  readonly logger: Logger;
  readonly onProgress: ((progress: MigrationProgress) => unknown) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Number of codes in one call of the target. */
const BATCH_SIZE = 5_000;

interface Part {
  readonly account: GuildAccount;
  readonly codes: MovedCode[];
  readonly seen: Set<string>;
}

/**
 * Why no store can have the guild. Nothing is ever sent to such a guild, because every call refuses
 * its id.
 */
function refusalOf(guildId: unknown): string | undefined {
  try {
    checkGuildId(guildId as string);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function* untilFailure<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T | { readonly failure: unknown }> {
  try {
    yield* items;
  } catch (failure) {
    yield { failure };
  }
}
