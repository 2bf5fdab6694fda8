import { SentCodeStoreError } from '../../../contract/errors.js';
import type { RandomId } from '../../../domain/random.js';
import type { SentCodeStore } from '../../../contract/store.js';
import { ABOVE, ERA, ID, MISSED, NEIGHBOURS } from '../keys.js';
import { Member, type MemberContext } from './member.js';
import { GuildCoverage } from './guild-coverage.js';
import { Neighbours } from './neighbours.js';
import { PendingWrites } from './pending-writes.js';

/**
 * A member that may stand in for the first store. Beside the records it keeps metadata about
 * itself, which is read once, at the first opening. From then on only this process changes the
 * metadata.
 */
export class Mirror extends Member {
  /** The guilds that it may answer for. */
  readonly coverage: GuildCoverage;
  /** What it remembers for the first store. */
  readonly pending: PendingWrites;
  /** The mirrors of other processes. */
  readonly neighbours = new Neighbours();
  #id: string | undefined;
  #above: string | undefined;
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

  /** Random id that names the mirror in the first store. `undefined` until the mirror was read. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The first store's secret; `undefined` in a mirror without a first store. */
  get above(): string | undefined {
    return this.#above;
  }

  /** When the secret last changed, in ms of the monotonic clock. */
  get secretSince(): number {
    return this.#secretSince;
  }

  /** Whether it was compared with the first store since that store was reached. */
  get joined(): boolean {
    return this.#joined;
  }

  /**
   * Whether the first store has the note: a write was missed while this mirror could not be read.
   */
  get missedUnread(): boolean {
    return this.#missedUnread;
  }

  /** The last note about unread mirrors that this one has seen, from any process. */
  get missed(): string | undefined {
    return this.#missed;
  }

  /** The error of damaged data; `undefined` if there is none. */
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
   * Notes that it was compared with the first store: that store has the secret, or all that the
   * mirror has.
   */
  comparedWithFirst(): void {
    this.#joined = true;
  }

  /**
   * Notes that the first store is away, or is another one: the comparison does not count any more.
   */
  firstLost(): void {
    this.#joined = false;
  }

  /** Notes that the first store has the new secret. `at`: ms of the monotonic clock. */
  secretChanged(at: number): void {
    this.#secretSince = at;
  }

  /** The first store has a note that a write was missed while the mirror could not be read. */
  missedWriteNoted(): void {
    this.#missedUnread = true;
  }

  /**
   * Notes that the damaged data was set aside. The next opening reads the metadata of the new
   * store. What this process knows stays.
   */
  damageSetAside(): void {
    this.#damaged = undefined;
    this.#id = undefined;
    this.#above = undefined;
    this.#joined = false;
    this.#salvaged = true;
    this.coverage.recordsLost();
  }

  /** Remembers the secret that it shares with the first store from now on. */
  async setAbove(secret: string): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[ABOVE, secret]])));
    this.#above = secret;
  }

  /** Remembers the last note about mirrors that could not be read. */
  async setMissed(note: string): Promise<void> {
    await this.call((store) => store.metadata.set(new Map([[MISSED, note]])));
    this.#missed = note;
  }

  /** Remembers the mirrors of other processes, if they changed. */
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
   * Some saved records may have lost their pending entry. Without the secret, the first store gets
   * all records.
   */
  async #clearAbove(): Promise<void> {
    await this.probe((store) => store.metadata.delete([ABOVE]));
    this.#above = undefined;
    this.#salvaged = false;
  }

  async #read(): Promise<void> {
    const kept = await this.probe((store) => store.metadata.get([ABOVE, ERA, MISSED, NEIGHBOURS]));
    const authority = await this.coverage.read();
    const pending = await this.pending.read();
    await this.pending.complete(pending);
    const id = await this.probe((store) => store.metadata.insert(ID, this.#randomId()));
    this.neighbours.restore(kept.get(NEIGHBOURS), this.name);
    this.coverage.restore(authority, kept.get(ERA));
    this.pending.restore(pending);
    this.#above = kept.get(ABOVE);
    this.#missed = kept.get(MISSED);
    this.#keptNeighbours = kept.get(NEIGHBOURS);
    this.#id = id;
  }
}

/** Opening reads a whole file: it may take this many times as long as a call. */
const OPENING_LIMITS = 10;
