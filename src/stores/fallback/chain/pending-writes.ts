import type { Mark, Settlement, StorePrimitives } from '../../../core/driver.js';
import { chunksOf } from '../../../core/chunked.js';
import type { Clock } from '../../../domain/clock.js';
import type { CodeKey } from '../../../domain/codes.js';
import type { RandomId } from '../../../domain/random.js';
import { PENDING } from '../keys.js';
import type { Member } from './member.js';
import { decodePending, encodePending, keysOf, type PendingWrite, tokenOf, without } from './pending-codec.js';
import { PendingEntries } from './pending-entries.js';
import { idOf, type MaybeRecord } from './record-strength.js';

/**
 * The writes that a mirror remembers for the first store, each as one metadata entry of the mirror.
 *
 * A write that is undone before the first store was asked for it leaves nothing. Its entry is
 * removed once the undoing is durable in the mirror:
 *
 * ```text
 * mirror: X claimed   entry: claim X   mirror: X free            entry: none
 *                                                       crash    X is claimed in the first store by nobody: held, never sent twice
 * ```
 *
 * In the other order a crash leaves X claimed in the mirror alone, and the first store offers it.
 */
export class PendingWrites {
  readonly #mirror: Member;
  readonly #randomId: RandomId;
  readonly #clock: Clock;
  readonly #entries = new PendingEntries();
  #sequence = 0;

  constructor(mirror: Member, newId: RandomId, clock: Clock) {
    this.#mirror = mirror;
    this.#clock = clock;
    this.#randomId = newId;
  }

  /**
   * Reads what an earlier process remembered, oldest first. Changes nothing:
   * see {@link PendingWrites.restore}.
   */
  async read(): Promise<(readonly [key: string, write: PendingWrite])[]> {
    const entries = (await this.#mirror.listMetadata(PENDING)).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, text]) => [key, decodePending(text, this.#mirror.name)]);
  }

  /**
   * Makes the marks of entries in the mirror. A crash may have left an entry without its marks:
   * see {@link PendingWrites.makeAndDefer}.
   */
  async complete(entries: readonly (readonly [key: string, write: PendingWrite])[]): Promise<void> {
    const marks = new Map<string, Mark>();
    for (const [, write] of entries) {
      if (write.type === 'mark') for (const mark of write.marks) if (!marks.has(idOf(mark))) marks.set(idOf(mark), mark);
    }
    for (const part of chunksOf([...marks.values()], CHUNK)) await this.#mirror.probe((store) => store.markRecords(part));
  }

  /** Takes over what was read. The earlier process may have begun to replay it. */
  restore(entries: readonly (readonly [key: string, write: PendingWrite])[]): void {
    for (const [key, write] of entries) {
      if (this.#entries.get(key) === undefined) this.#entries.add(key, write, true);
      this.#sequence = Math.max(this.#sequence, Number(key.slice(PENDING.length, PENDING.length + DIGITS)) + 1);
    }
  }

  /** Remembers marks for the first store. */
  async deferMarks(marks: readonly Mark[]): Promise<void> {
    const added = marks.filter((mark) => !this.hasMark(mark));
    if (added.length > 0) await this.#add({ type: 'mark', marks: added }, false, setEntry);
  }

  /**
   * Makes marks in the mirror, and remembers them for the first store: in one step, because each
   * call of an outage makes both. The entry is never later than the marks:
   *
   * ```text
   * mirror: entry of X     crash     no X: made at the next opening, and replayed
   * mirror: X sent         crash     no entry: the first store would never get X
   * ```
   */
  async makeAndDefer(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const added = marks.filter((mark) => !this.hasMark(mark));
    if (added.length === 0) return this.#mirror.call((store) => store.markRecords(marks));
    return this.#add({ type: 'mark', marks: added }, false, (store, entry) => store.markWithMetadata(marks, entry));
  }

  /** Remembers a claim. `asked`: the first store may have it already. */
  async deferClaim(write: PendingWrite & { type: 'claim' }, asked: boolean): Promise<void> {
    await this.#add(write, asked, setEntry);
    if (write.takeover === undefined) return;
    const edits = new Edits();
    for (const key of keysOf(write)) {
      const id = idOf(key);
      this.#undo(edits, id, (earlier) => tokenOf(earlier) !== tokenOf(write) && !this.#isTry(id, earlier, write));
    }
    await this.#apply(edits);
  }

  /** Remembers changes of held codes. `after`: the mirror's records once it made them. */
  async deferChanges(changes: readonly Settlement[], after: readonly MaybeRecord[]): Promise<void> {
    const edits = new Edits();
    const rest = changes.filter((change, index) => {
      const { event } = change;
      const id = idOf(change);
      if (event.type === 'take' || event.type === 'resolve') return true;
      const claim = this.#entries.claimOf(id, event.token);
      if (event.type === 'renew') {
        // A claim begins its lease when the first store gets it, unless that store has it already.
        return claim?.asked !== false && !this.#entries.hasChange(id, event.type, event.token);
      }
      // Of a message that was taken over, the first store may have the tries before.
      if (event.type === 'release' && after[index] === undefined && claim?.asked === false && !isTakeover(claim.write)) {
        this.#undo(edits, id, (write) => tokenOf(write) === event.token);
        return false;
      }
      return event.type !== 'release' || !this.#entries.hasChange(id, event.type, event.token);
    });
    if (rest.length > 0) await this.#add({ type: 'settle', changes: rest }, false, setEntry);
    await this.#apply(edits);
  }

  /** The writes that the first store lacks, oldest first. */
  get unapplied(): PendingWrite[] {
    return this.#entries.all.filter(([, { applied }]) => !applied).map(([, { write }]) => write);
  }

  /** Number of codes that the first store lacks. */
  get codeCount(): number {
    return this.#entries.codeCount;
  }

  /** Whether entries are left, even if only to be removed. */
  get hasEntries(): boolean {
    return this.#entries.size > 0;
  }

  /** Whether the first store lacks something about a code. */
  has(key: CodeKey): boolean {
    return this.#entries.codeCount > 0 && this.#entries.has(idOf(key));
  }

  /** Whether the first store lacks a mark of a code. */
  hasMark(key: CodeKey): boolean {
    return this.#entries.codeCount > 0 && this.#entries.of(idOf(key)).some(([, { write }]) => write.type === 'mark');
  }

  /**
   * A replay begins: the first store may have any of the writes, so none can be undone any more.
   */
  replayBegins(): void {
    for (const [, entry] of this.#entries.all) entry.asked = true;
  }

  /** The first store has these writes. */
  applied(writes: readonly PendingWrite[]): void {
    const done = new Set(writes);
    for (const [key, { write }] of this.#entries.all) if (done.has(write)) this.#entries.apply(key);
  }

  /** Removes the entries of writes that the first store has. */
  async removeApplied(): Promise<void> {
    const keys = this.#entries.all.filter(([, { applied }]) => applied).map(([key]) => key);
    for (let at = 0; at < keys.length; at += CHUNK) {
      const part = keys.slice(at, at + CHUNK);
      await this.#mirror.call((store) => store.metadata.delete(part));
      for (const key of part) this.#entries.delete(key);
    }
  }

  /**
   * Whether an earlier takeover tried the message in a way that the later one does not show.
   * Without it, the first store would take the try before for the last one:
   *
   * ```text
   * mirror:      M of T1, channel 1    T2 begins M anew, channel 2    T3 asks     replay: T3 alone
   * first store: M of T1, channel 1                                               M of T3, channel 1: looked for there
   * ```
   */
  #isTry(id: string, earlier: PendingWrite, { takeover }: PendingWrite & { type: 'claim' }): boolean {
    if (earlier.type !== 'claim' || earlier.takeover === undefined) return false;
    const token = tokenOf(earlier);
    if (token !== null && this.#entries.hasChange(id, 'unsent', token)) return true;
    return earlier.takeover === 'retry' && takeover === 'ask';
  }

  /** Takes a code out of all entries about tokens that the first store never heard of. */
  #undo(edits: Edits, id: string, isUndone: (claim: PendingWrite) => boolean): void {
    const entries = this.#entries.of(id);
    const unheard = new Set<string | null>();
    for (const [, { write, asked }] of entries) {
      if (write.type === 'claim' && !asked && isUndone(write)) unheard.add(tokenOf(write));
    }
    for (const [key, { write, asked }] of entries) {
      if (asked || write.type === 'mark') continue;
      edits.writes.set(key, without(edits.writes.has(key) ? edits.writes.get(key) : write, id, unheard));
    }
  }

  /** Rewrites entries, then removes the empty ones. */
  async #apply({ writes }: Edits): Promise<void> {
    const changed = new Map<string, PendingWrite>();
    const gone: string[] = [];
    for (const [key, write] of writes) {
      if (write === undefined) gone.push(key);
      else if (write !== this.#entries.get(key)?.write) changed.set(key, write);
    }
    if (changed.size > 0) {
      const texts = new Map([...changed].map(([key, write]) => [key, encodePending(write)]));
      await this.#mirror.call((store) => store.metadata.set(texts));
    }
    for (const [key, write] of changed) this.#replace(key, write);
    if (gone.length === 0) return;
    // Never replayed, even if it cannot be removed now: then it is removed with the replayed
    // entries.
    for (const key of gone) this.#replace(key, undefined);
    await this.#mirror.call((store) => store.metadata.delete(gone));
    for (const key of gone) this.#entries.delete(key);
  }

  #replace(key: string, write: PendingWrite | undefined): void {
    const entry = this.#entries.get(key);
    // A replay that began meanwhile has it, so it counts as asked for.
    if (entry === undefined || entry.asked || entry.applied) return;
    if (write === undefined) this.#entries.apply(key);
    else this.#entries.replace(key, write);
  }

  /** Adds an entry. `write` makes it durable, and whatever goes with it. */
  async #add<T>(added: PendingWrite, asked: boolean, write: WriteEntry<T>): Promise<T> {
    const timed = added.type === 'mark' ? added : { ...added, at: this.#clock.now() };
    // Keys sort by age. The random part keeps two processes apart that share a mirror against the
    // rules.
    const key = `${PENDING}${String(this.#sequence++).padStart(DIGITS, '0')}:${this.#randomId()}`;
    try {
      const answer = await this.#mirror.call((store) => write(store, new Map([[key, encodePending(timed)]])));
      this.#entries.add(key, timed, asked);
      return answer;
    } catch (error) {
      // The entry may have been written all the same. Nobody was told that it is remembered, so it
      // is removed when the mirror is back.
      this.#entries.add(key, timed, asked);
      this.#entries.apply(key);
      throw error;
    }
  }
}

/** Writes an entry, its metadata key and value. */
type WriteEntry<T> = (store: StorePrimitives, entry: ReadonlyMap<string, string>) => Promise<T>;

const setEntry: WriteEntry<void> = (store, entry) => store.metadata.set(entry);

function isTakeover(write: PendingWrite): boolean {
  return write.type === 'claim' && write.takeover !== undefined;
}

/** Digits of the number in an entry's key. */
const DIGITS = 15;
/** Entries removed at once. */
const CHUNK = 1000;

/** Entries as they are to be; `undefined`: nothing is left. */
class Edits {
  readonly writes = new Map<string, PendingWrite | undefined>();
}
