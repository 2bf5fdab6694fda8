import { SentCodeStoreError } from '../contract/errors.js';
import type { Run } from './delivery-context.js';
import { type LookUp, statesByIdentity } from './look-up.js';
import { momentOf } from './timers.js';

/**
 * The guilds of an announce, each handed out once, in order, with the states of its codes. Looks
 * up some guilds at a time, when the ones before are handed out: one look-up for all would hold
 * the states of all guilds in memory, and would be old before the last guild is served.
 */
export class GuildQueue<T> {
  readonly #run: Run<T>;
  readonly #targets: readonly Target[];
  readonly #guildsAtOnce: number;
  #ahead: Iterator<QueuedGuild> = [].values();
  #place = 0;
  #looking: Promise<void> | undefined;

  constructor(run: Run<T>, targets: readonly Target[]) {
    this.#run = run;
    this.#targets = targets;
    this.#guildsAtOnce = Math.max(1, Math.floor(KEYS_AT_ONCE / Math.max(1, run.offer.codes.size)));
  }

  /**
   * The next guild; `undefined` after the last one. Rejects with the store's error if the first
   * look-up fails: then no guild was handed out. The error of a later look-up is that of its
   * guilds.
   */
  async next(): Promise<QueuedGuild | undefined> {
    for (;;) {
      const next = this.#ahead.next();
      if (next.done !== true) return next.value;
      if (this.#looking === undefined && this.#place >= this.#targets.length) return undefined;
      this.#looking ??= this.#lookAhead().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
  }

  async #lookAhead(): Promise<void> {
    const first = this.#place;
    const targets = this.#targets.slice(first, first + this.#guildsAtOnce);
    this.#place += targets.length;
    const found = await this.#lookUp(targets, first === 0);
    this.#ahead = targets
      .map((target, index): QueuedGuild => ({ index: first + index, target, found: found.get(target.guildId) }))
      .values();
  }

  async #lookUp(targets: readonly Target[], isFirst: boolean): Promise<ReadonlyMap<string, LookedUp>> {
    if (this.#run.signal.aborted) return new Map();
    const guildIds = targets.flatMap((target) => ('error' in target ? [] : [target.guildId]));
    try {
      return await lookUp(this.#run, guildIds);
    } catch (error) {
      if (isFirst) throw error;
      return new Map(guildIds.map((guildId) => [guildId, { error }]));
    }
  }
}

/** A guild as the bot named it. */
export interface Target {
  readonly guildId: string;
  /** What is wrong with the id. */
  readonly error?: unknown;
}

/** A guild that is to be served. */
export interface QueuedGuild {
  /** Its place among all guilds, from 0. */
  readonly index: number;
  readonly target: Target;
  /** `undefined` if the signal was aborted before the look-up. */
  readonly found: LookedUp | undefined;
}

/**
 * What the look-up found for a guild: the states of the codes, or the error because of which the
 * guild is not served.
 */
export type LookedUp = LookUp | { readonly error: unknown };

/** Keys of one look-up; one guild may have more. */
const KEYS_AT_ONCE = 10_000;

/**
 * Asks for some guilds at once. A store that may not answer for one of them rejects the whole call.
 * Then each half is asked by itself, and so on down to single guilds, so that one guild does not
 * silence the others.
 */
async function lookUp<T>(run: Run<T>, guildIds: readonly string[]): Promise<Map<string, LookedUp>> {
  const codes = run.offer.spellings;
  const at = momentOf(run.clock);
  if (codes.length === 0 || guildIds.length === 0)
    return new Map(guildIds.map((guildId) => [guildId, { states: new Map(), at }]));
  try {
    const answers = await run.store.statesMany(guildIds.map((guildId) => ({ guildId, codes })));
    return new Map(answers.map(({ guildId, states }) => [guildId, { states: statesByIdentity(run, states), at }]));
  } catch (error) {
    if (!concernsSome(error)) throw error;
    if (guildIds.length === 1) return new Map(guildIds.map((guildId) => [guildId, { error }]));
    const middle = Math.ceil(guildIds.length / 2);
    const first = await lookUp(run, guildIds.slice(0, middle));
    return new Map([...first, ...(await lookUp(run, guildIds.slice(middle)))]);
  }
}

function concernsSome(error: unknown): boolean {
  return error instanceof SentCodeStoreError && (error.code === 'NOT_AUTHORITATIVE' || error.code === 'STORE_DAMAGED');
}
