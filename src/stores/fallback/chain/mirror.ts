import { SentCodeStoreError } from '../../../contract/errors.js';
import type { RandomId } from '../../../domain/random.js';
import type { AbstractSentCodeStore } from '../../../core/abstract-store.js';
import { ABOVE, COVERED, ERA, FOREIGN, ID, MISSED } from '../keys.js';
import { Member, type MemberContext } from './member.js';
import { PendingWrites } from './pending-writes.js';

/** Opening reads a whole file: it may take this many times as long as a call. */
const OPENING_LIMITS = 10;

/**
 * A member that may stand in for the first store: it keeps, beside the records, what it has to remember about itself. Everything is read once, at the
 * first opening; from then on this process is the only one that changes it.
 *
 * Authority for a guild is the name of the era in which the guild was copied, and counts in that era alone. So one small write, a new era, takes it away
 * from all guilds.
 */
export class Mirror extends Member {
  /** Random; names the mirror in the first store. `undefined` until the mirror was read. */
  id: string | undefined;
  /** Secrets of which the first store that it is kept beside has one. Two while one takes the place of the other; none of a mirror without a first store. */
  above: readonly string[] = [];
  /** Monotonic time of the last secret in ms. */
  secretSince = -Infinity;
  /** Whether it was compared with the first store since that store was reached. */
  joined = false;
  /** An era that ended while the mirror could not be told, for a note in the first store. */
  eraToRevoke: string | undefined;
  /** The first store has a note that a write was missed while the mirror could not be read. */
  missedUnread = false;
  /** The last such note, of any process, that the mirror has seen. */
  missed: string | undefined;
  /** Its data does not make sense. */
  damaged: unknown;
  /** What it remembers for the first store. */
  readonly pending: PendingWrites;
  #era: string | undefined;
  #demoted = false;
  #salvaged = false;
  #opening: Promise<void> | undefined;
  readonly #covered = new Map<string, string>();
  readonly #foreign = new Set<string>();
  readonly #randomId: RandomId;

  constructor(source: AbstractSentCodeStore, context: MemberContext, newId: RandomId) {
    super(source, context);
    this.#randomId = newId;
    this.pending = new PendingWrites(this, newId);
  }

  /** Reaches the store, reads its metadata if that was not done, and ends the era if a write was missed. All callers share one opening. */
  open(): Promise<void> {
    this.#opening ??= this.#reach().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Whether it is being opened: a large file takes longer than a call may. */
  get opening(): boolean {
    return this.#opening !== undefined;
  }

  /** See {@link Member.fall}. Damage is remembered: no probe mends it. */
  override fall(error: unknown): void {
    if (error instanceof SentCodeStoreError && error.code === 'STORE_DAMAGED') this.damaged = error;
    super.fall(error);
  }

  /** The era, for a copy that must not outlive it. */
  get era(): string | undefined {
    return this.#era;
  }

  /** Whether the guild was copied from the first store, and kept since. */
  covers(guildId: string): boolean {
    return this.#era !== undefined && this.#covered.get(guildId) === this.#era;
  }

  /** Number of guilds that {@link Mirror.covers}. */
  get coveredGuilds(): number {
    return [...this.#covered.values()].filter((era) => era === this.#era).length;
  }

  /** The guilds that somebody else writes too. */
  get foreignGuilds(): ReadonlySet<string> {
    return this.#foreign;
  }

  /** Remembers that a guild was copied in an era; nothing if the era is over. */
  async cover(guildId: string, era: string): Promise<boolean> {
    if (this.#era !== era) return false;
    await this.call((store) => store.metadata.set(new Map([[COVERED + guildId, era]])));
    this.#covered.set(guildId, era);
    return this.covers(guildId);
  }

  /** Remembers that somebody else writes a guild. */
  async setForeign(guildId: string): Promise<void> {
    this.#foreign.add(guildId);
    await this.call((store) => store.metadata.set(new Map([[FOREIGN + guildId, 'yes']])));
  }

  /** Takes all authority away in this process. Returns whether it had any, or may have without our knowing. */
  demote(): boolean {
    if (this.#demoted) return false;
    this.#demoted = true;
    this.eraToRevoke = this.#era;
    this.#era = undefined;
    return true;
  }

  /** Whether the mirror itself does not know of its demotion. */
  get demoted(): boolean {
    return this.#demoted;
  }

  /** Takes all authority away for good. */
  async beginEra(): Promise<void> {
    this.#demoted = true;
    this.#era = undefined;
    const era = this.#randomId();
    await this.probe((store) => store.metadata.set(new Map([[ERA, era]])));
    this.#era = era;
    this.#demoted = false;
    this.eraToRevoke = undefined;
  }

  /** Remembers which first store it is kept beside. */
  async setAbove(secrets: readonly string[]): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[ABOVE, secrets.join(' ')]])));
    this.above = secrets;
  }

  /** Remembers the last note about mirrors that could not be read. */
  async setMissed(note: string): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[MISSED, note]])));
    this.missed = note;
  }

  /** Reads the metadata of a store that was put in the place of a damaged one. What this process knows stays. */
  forgetMetadata(): void {
    this.id = undefined;
    this.above = [];
    this.joined = false;
    this.#salvaged = true;
    this.#covered.clear();
    this.demote();
  }

  async #reach(): Promise<void> {
    await this.probe((store) => store.pingStore(), OPENING_LIMITS * this.limitMs);
    if (this.id === undefined) await this.#read();
    if (this.#salvaged) await this.#clearAbove();
    if (this.#demoted) await this.beginEra();
    this.rise();
  }

  /** Records may have been saved whose pending entry was not: without the secret all of them go up. */
  async #clearAbove(): Promise<void> {
    await this.probe((store) => store.metadata.delete([ABOVE]));
    this.above = [];
    this.#salvaged = false;
  }

  async #read(): Promise<void> {
    const kept = await this.probe((store) => store.metadata.get([ABOVE, ERA, MISSED]));
    const covered = await this.listMetadata(COVERED);
    const foreign = await this.listMetadata(FOREIGN);
    const pending = await this.pending.read();
    const id = await this.probe((store) => store.metadata.insert(ID, this.#randomId()));
    for (const [key, era] of covered) this.#covered.set(key.slice(COVERED.length), era);
    for (const [key] of foreign) this.#foreign.add(key.slice(FOREIGN.length));
    this.pending.restore(pending);
    this.above = kept.get(ABOVE)?.split(' ') ?? [];
    this.missed = kept.get(MISSED);
    if (!this.#demoted) this.#era = kept.get(ERA);
    this.id = id;
  }
}
