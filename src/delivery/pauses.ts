import type { SentCodeStore } from '../contract/store.js';
import type { GuildId } from '../contract/types.js';
import { checkGuildId } from '../domain/guild-id.js';
import type { Run } from './delivery-context.js';
import type { MessageOutcome } from './message-delivery.js';
import { type PauseKey, PauseMemory } from './pause-memory.js';
import type { PausedOutcome } from './outcomes.js';

const memories = new WeakMap<SentCodeStore, PauseMemory>();

function memoryOf(store: SentCodeStore): PauseMemory {
  const memory = memories.get(store) ?? new PauseMemory();
  memories.set(store, memory);
  return memory;
}

/**
 * Ends the pauses of a guild. Without `guildId` it ends all pauses, also the pause of all guilds
 * after a refused token. The next call tries again. For a command of the bot, after somebody has
 * repaired the permission or the channel. Pauses are in the memory of the process, shared by the
 * calls on one store. Returns whether something was paused.
 */
export function resume(store: SentCodeStore, guildId?: GuildId): boolean {
  return memoryOf(store).resume(guildId === undefined ? undefined : checkGuildId(guildId));
}

/** How often a message with several codes is refused before its codes are tried one at a time. */
const REFUSALS_TOGETHER = 3;
/** How often a code is refused in a message of its own before it is left alone. */
const REFUSALS_ALONE = 2;

/** What keeps a guild, or some of its codes, from being tried in one call. */
export class GuildPauses<T> {
  readonly #run: Run<T>;
  readonly #guildId: string;
  readonly #memory: PauseMemory;
  readonly #place: PauseKey;

  constructor(run: Run<T>, guildId: string) {
    this.#run = run;
    this.#guildId = guildId;
    this.#memory = memoryOf(run.store);
    const target = run.targetOf(guildId);
    this.#place = { guildId, ...(target !== undefined && { target }) };
  }

  /** What keeps a message with these codes from being tried now. Without codes: any message. */
  find(codes: readonly string[] = []): PausedOutcome | undefined {
    if (this.#memory.isEmpty) return undefined;
    for (const key of [EVERYTHING, this.#place, ...codes.map((code) => this.#keyOf(code))]) {
      const pause = this.#memory.find(key, this.#run);
      if (pause !== undefined) return { status: 'paused', ...pause };
    }
    return undefined;
  }

  /** Whether a code was refused in messages so often that it is to have one of its own. */
  isAlone(code: string): boolean {
    return !this.#memory.isEmpty && this.#memory.refusals(this.#keyOf(code)) >= REFUSALS_TOGETHER;
  }

  /** Takes note of what became of a message. */
  note(codes: readonly string[], outcome: MessageOutcome): void {
    if (outcome.status === 'sent') {
      if (this.#memory.isEmpty) return;
      for (const key of [EVERYTHING, this.#place, ...codes.map((code) => this.#keyOf(code))]) {
        this.#memory.end(key, 'sent', this.#run.emit);
      }
      return;
    }
    if (outcome.reason !== 'send') return;
    const why = outcome.detail ?? 'the platform refused the message';
    if (outcome.scope === 'message') this.#noteRefusal(codes, why);
    else if (outcome.permanent === true) this.#memory.begin(outcome.scope === 'all' ? EVERYTHING : this.#place, why, this.#run);
  }

  #noteRefusal(codes: readonly string[], why: string): void {
    for (const code of codes) {
      const key = this.#keyOf(code);
      const refusals = this.#memory.addRefusal(key, this.#run);
      if (codes.length === 1 && refusals >= REFUSALS_ALONE) this.#memory.begin(key, why, this.#run);
    }
  }

  #keyOf(code: string): PauseKey {
    return { guildId: this.#guildId, code };
  }
}

const EVERYTHING: PauseKey = { guildId: null };
