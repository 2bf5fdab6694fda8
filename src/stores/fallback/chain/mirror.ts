import { SentCodeStoreError } from '../../../contract/errors.js';
import type { RandomId } from '../../../domain/random.js';
import type { SentCodeStore } from '../../../contract/store.js';
import { ABOVE, ERA, ID, MISSED, NEIGHBOURS } from '../keys.js';
import { Member, type MemberContext } from './member.js';
import { GuildCoverage } from './guild-coverage.js';
import { Neighbours } from './neighbours.js';
import { PendingWrites } from './pending-writes.js';

/**
 * A member that may stand in for the first store: it keeps, beside the records, what it has to
 * remember about itself. Everything is read once, at the first opening; from then on this process
 * is the only one that changes it.
 */
export class Mirror extends Member {
  /** The guilds that it may answer for. */
  readonly coverage: GuildCoverage;
  /** What it remembers for the first store. */
  readonly pending: PendingWrites;
  /** The mirrors of other processes. */
  readonly neighbours = new Neighbours();
  #id: string | undefined;
  #above: readonly string[] = [];
  #secretSince = -Infinity;
  #joined = false;
  #missedUnread = false;
  #missed: string | undefined;
  #keptNeighbours: string | undefined;
  #damaged: unknown;
  #salvaged = false;
  #opening: Promise<void> | undefined;
  readonly #randomId: RandomId;

  constructor(source: SentCodeStore, context: MemberContext, newId: RandomId) {
    super(source, context);
    this.#randomId = newId;
    this.coverage = new GuildCoverage(this, newId);
    this.pending = new PendingWrites(this, newId, context.clock);
  }

  /** Random; names the mirror in the first store. `undefined` until the mirror was read. */
  get id(): string | undefined {
    return this.#id;
  }

  /**
   * The first store's secret. Two while it is being changed; none of a mirror without a first
   * store.
   */
  get above(): readonly string[] {
    return this.#above;
  }

  /** Monotonic time of the last secret in ms. */
  get secretSince(): number {
    return this.#secretSince;
  }

  /** Whether it was compared with the first store since that store was reached. */
  get joined(): boolean {
    return this.#joined;
  }

  /**
   * Whether the first store has a note that a write was missed while the mirror could not be read.
   */
  get missedUnread(): boolean {
    return this.#missedUnread;
  }

  /** The last such note, of any process, that the mirror has seen. */
  get missed(): string | undefined {
    return this.#missed;
  }

  /** Why its data does not make sense; `undefined` if it does. */
  get damaged(): unknown {
    return this.#damaged;
  }

  /** Whether it is being opened: a large file takes longer than a call may. */
  get opening(): boolean {
    return this.#opening !== undefined;
  }

  /**
   * Reaches the store, reads its metadata if that was not done, and ends the era if a write was
   * missed. All callers share one opening.
   */
  open(): Promise<void> {
    this.#opening ??= this.#reach().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** See {@link Member.fall}. Damage is remembered: no probe mends it. */
  override fall(error: unknown): void {
    if (error instanceof SentCodeStoreError && error.code === 'STORE_DAMAGED') this.#damaged = error;
    super.fall(error);
  }

  /**
   * It was compared with the first store, which has shown the secret or has all that the mirror
   * has.
   */
  comparedWithFirst(): void {
    this.#joined = true;
  }

  /** The first store went away, or is another one: the comparison counts no more. */
  firstLost(): void {
    this.#joined = false;
  }

  /** The first store has the new secret. `at` is monotonic time in ms. */
  secretChanged(at: number): void {
    this.#secretSince = at;
  }

  /** The first store has a note that a write was missed while the mirror could not be read. */
  missedWriteNoted(): void {
    this.#missedUnread = true;
  }

  /**
   * The damaged data was put out of the way. The metadata of the store in its place is read at the
   * next opening; what this process knows stays.
   */
  damageSetAside(): void {
    this.#damaged = undefined;
    this.#id = undefined;
    this.#above = [];
    this.#joined = false;
    this.#salvaged = true;
    this.coverage.recordsLost();
  }

  /** Remembers which first store it is kept beside. */
  async setAbove(secrets: readonly string[]): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[ABOVE, secrets.join(' ')]])));
    this.#above = secrets;
  }

  /** Remembers the last note about mirrors that could not be read. */
  async setMissed(note: string): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[MISSED, note]])));
    this.#missed = note;
  }

  /** Remembers the mirrors of other processes, if that is something new. */
  async keepNeighbours(): Promise<void> {
    const text = String(this.neighbours);
    if (text === this.#keptNeighbours) return;
    await this.call((store) => store.metadata.set(new Map([[NEIGHBOURS, text]])));
    this.#keptNeighbours = text;
  }

  async #reach(): Promise<void> {
    await this.probe((store) => store.pingStore(), OPENING_LIMITS * this.limitMs);
    if (this.#id === undefined) await this.#read();
    if (this.#salvaged) await this.#clearAbove();
    if (this.coverage.demoted) await this.coverage.beginEra();
    this.rise();
  }

  /**
   * Records may have been saved whose pending entry was not: without the secret all of them go up.
   */
  async #clearAbove(): Promise<void> {
    await this.probe((store) => store.metadata.delete([ABOVE]));
    this.#above = [];
    this.#salvaged = false;
  }

  async #read(): Promise<void> {
    const kept = await this.probe((store) => store.metadata.get([ABOVE, ERA, MISSED, NEIGHBOURS]));
    const authority = await this.coverage.read();
    const pending = await this.pending.read();
    const id = await this.probe((store) => store.metadata.insert(ID, this.#randomId()));
    this.neighbours.restore(kept.get(NEIGHBOURS), this.name);
    this.coverage.restore(authority, kept.get(ERA));
    this.pending.restore(pending);
    this.#above = kept.get(ABOVE)?.split(' ') ?? [];
    this.#missed = kept.get(MISSED);
    this.#keptNeighbours = kept.get(NEIGHBOURS);
    this.#id = id;
  }
}

/** Opening reads a whole file: it may take this many times as long as a call. */
const OPENING_LIMITS = 10;
