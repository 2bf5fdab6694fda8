import type { CodeKey } from '../../../domain/codes.js';
import type { RandomId } from '../../../domain/random.js';
import { PENDING } from '../keys.js';
import type { Member } from './member.js';
import { decodePending, encodePending, keysOf, type PendingWrite } from './pending-codec.js';
import { idOf } from './record-strength.js';

/**
 * The writes that a mirror remembers for the first store: one metadata entry of the mirror each.
 */
export class PendingWrites {
  readonly #mirror: Member;
  readonly #randomId: RandomId;
  readonly #deferred = new Map<string, Deferred>();
  readonly #open = new Map<string, { marks: number; others: number }>();
  #sequence = 0;

  constructor(mirror: Member, newId: RandomId) {
    this.#mirror = mirror;
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

  /** Takes over what was read. */
  restore(entries: readonly (readonly [key: string, write: PendingWrite])[]): void {
    for (const [key, write] of entries) {
      if (!this.#deferred.has(key)) this.#remember(key, write);
      this.#sequence = Math.max(this.#sequence, Number(key.slice(PENDING.length, PENDING.length + DIGITS)) + 1);
    }
  }

  /** Remembers a write for the first store. */
  async defer(write: PendingWrite): Promise<void> {
    const rest = write.type === 'mark' ? this.#notYetDeferred(write) : write;
    if (rest === undefined) return;
    // Sorted by name as by age; the random part keeps apart two processes that share a mirror
    // against the rules.
    const key = `${PENDING}${String(this.#sequence++).padStart(DIGITS, '0')}:${this.#randomId()}`;
    try {
      await this.#mirror.call((store) => store.metadata.set(new Map([[key, encodePending(rest)]])));
    } catch (error) {
      // It may have been written all the same. Nobody was told that it is remembered, so it goes as
      // soon as the mirror is back.
      this.#deferred.set(key, { write: rest, applied: true });
      throw error;
    }
    this.#remember(key, rest);
  }

  /** The writes that the first store lacks, oldest first. */
  get unapplied(): PendingWrite[] {
    return [...this.#deferred.values()].filter(({ applied }) => !applied).map(({ write }) => write);
  }

  /** Number of codes that the first store lacks. */
  get codeCount(): number {
    return this.#open.size;
  }

  /** Whether entries are left, be it only to be removed. */
  get hasEntries(): boolean {
    return this.#deferred.size > 0;
  }

  /** Whether the first store lacks something about a code. */
  has(key: CodeKey): boolean {
    return this.#open.size > 0 && this.#open.has(idOf(key));
  }

  /** Whether the first store lacks a mark of a code. */
  hasMark(key: CodeKey): boolean {
    return this.#open.size > 0 && (this.#open.get(idOf(key))?.marks ?? 0) > 0;
  }

  /** The first store has these writes. */
  applied(writes: readonly PendingWrite[]): void {
    const done = new Set(writes);
    for (const deferred of this.#deferred.values()) {
      if (deferred.applied || !done.has(deferred.write)) continue;
      deferred.applied = true;
      this.#count(deferred.write, -1);
    }
  }

  /** Removes the entries of writes that the first store has. */
  async removeApplied(): Promise<void> {
    const keys = [...this.#deferred].filter(([, { applied }]) => applied).map(([key]) => key);
    if (keys.length === 0) return;
    await this.#mirror.call((store) => store.metadata.delete(keys));
    for (const key of keys) this.#deferred.delete(key);
  }

  #notYetDeferred(write: PendingWrite & { type: 'mark' }): PendingWrite | undefined {
    const marks = write.marks.filter((mark) => !this.hasMark(mark));
    return marks.length === 0 ? undefined : { type: 'mark', marks };
  }

  #remember(key: string, write: PendingWrite): void {
    this.#deferred.set(key, { write, applied: false });
    this.#count(write, 1);
  }

  #count(write: PendingWrite, by: 1 | -1): void {
    for (const key of keysOf(write)) {
      const id = idOf(key);
      const count = this.#open.get(id) ?? { marks: 0, others: 0 };
      count[write.type === 'mark' ? 'marks' : 'others'] += by;
      if (count.marks === 0 && count.others === 0) this.#open.delete(id);
      else this.#open.set(id, count);
    }
  }
}

/** Digits of the number in an entry's key. */
const DIGITS = 15;

interface Deferred {
  readonly write: PendingWrite;
  /** The first store has it; only the entry is left to be removed. */
  applied: boolean;
}
