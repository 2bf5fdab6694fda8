import type { SentCodeStore } from '../contract/store.js';
import type { Clock } from '../domain/clock.js';
import { elapsedSince, type Moment, momentOf } from './timers.js';

/** What this process knows of the uncertain messages of one store: where to look, when to ask. */
export class AskMemory {
  readonly #guilds = new Map<string, Moment>();
  readonly #asked = new Map<string, { readonly at: Moment; readonly waitMs: number }>();

  /**
   * Whether a guild may have uncertain codes that are not offered any more. To look for them costs
   * a scan, so it is done once, then for as long as there are some, and every hour for what another
   * process left.
   */
  isDue(guildId: string, clock: Clock): boolean {
    const clearSince = this.#guilds.get(guildId);
    return clearSince === undefined || elapsedSince(clearSince, clock) >= LOOK_AGAIN_MS;
  }

  /** Remembers whether a guild has uncertain messages left. */
  noteGuild(guildId: string, hasUncertain: boolean, clock: Clock): void {
    if (hasUncertain) this.#guilds.delete(guildId);
    else this.#guilds.set(guildId, momentOf(clock));
  }

  /** How long a message is left alone before it is asked for again, in ms; 0: ask now. */
  waitMs(messageId: string, clock: Clock): number {
    const asked = this.#asked.get(messageId);
    return asked === undefined ? 0 : Math.max(0, asked.waitMs - elapsedSince(asked.at, clock));
  }

  /** Remembers that nothing is known of a message after it was asked for. Each pause is longer. */
  noteNoAnswer(messageId: string, clock: Clock): void {
    const last = this.#asked.get(messageId)?.waitMs ?? 0;
    if (this.#asked.size >= MOST_REMEMBERED) this.#asked.clear();
    this.#asked.set(messageId, { at: momentOf(clock), waitMs: Math.min(Math.max(SHORTEST_WAIT_MS, last * 2), LONGEST_WAIT_MS) });
  }

  /** Forgets a message that was decided. */
  forget(messageId: string): void {
    this.#asked.delete(messageId);
  }
}

/** The memory of a store: shared by all calls of this process. A restart asks everything once. */
export function askMemoryOf(store: SentCodeStore): AskMemory {
  const memory = memories.get(store) ?? new AskMemory();
  memories.set(store, memory);
  return memory;
}

const memories = new WeakMap<SentCodeStore, AskMemory>();
const SHORTEST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
const LOOK_AGAIN_MS = 3_600_000;
/** More than that are forgotten, and asked for once more. */
const MOST_REMEMBERED = 100_000;
