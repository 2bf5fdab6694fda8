import { keysOf, type PendingWrite, tokenOf } from './pending-codec.js';
import { idOf } from './record-strength.js';

/** The pending writes of a mirror in memory, by the key of their entry and by code. */
export class PendingEntries {
  readonly #entries = new Map<string, PendingEntry>();
  /**
   * By code: the keys of the entries that the first store lacks. Nearly always one, which needs no
   * set.
   */
  readonly #open = new Map<string, string | Set<string>>();

  /** All entries with their keys, oldest first. */
  get all(): (readonly [key: string, entry: PendingEntry])[] {
    return [...this.#entries];
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** Number of codes that the first store lacks. */
  get codeCount(): number {
    return this.#open.size;
  }

  /** The entry under a key. */
  get(key: string): PendingEntry | undefined {
    return this.#entries.get(key);
  }

  /** Whether the first store lacks something about a code. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** The entries about a code that the first store lacks. */
  of(id: string): (readonly [key: string, entry: PendingEntry])[] {
    const keys = this.#open.get(id) ?? [];
    return (typeof keys === 'string' ? [keys] : [...keys]).flatMap((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined ? [] : [[key, entry] as const];
    });
  }

  /** The entry of a claim of a code under a token. */
  claimOf(id: string, token: string): PendingEntry | undefined {
    return this.of(id).find(([, { write }]) => write.type === 'claim' && tokenOf(write) === token)?.[1];
  }

  /** Whether a change of a code under a token is there that the first store was not asked for. */
  hasChange(id: string, type: 'renew' | 'release' | 'unsent', token: string): boolean {
    return this.of(id).some(
      ([, { write, asked }]) =>
        !asked &&
        write.type === 'settle' &&
        write.changes.some((change) => idOf(change) === id && change.event.type === type && change.event.token === token),
    );
  }

  /** Adds an entry that the first store lacks. */
  add(key: string, write: PendingWrite, asked: boolean): void {
    this.#entries.set(key, { write, asked, applied: false });
    for (const code of keysOf(write)) {
      const id = idOf(code);
      const keys = this.#open.get(id);
      if (keys === undefined) this.#open.set(id, key);
      else if (typeof keys === 'string') this.#open.set(id, new Set([keys, key]));
      else keys.add(key);
    }
  }

  /** Puts another write in place of an entry's. */
  replace(key: string, write: PendingWrite): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#close(key, entry.write);
    this.add(key, write, entry.asked);
  }

  /** The first store does not lack an entry any more. Only the entry is left to be removed. */
  apply(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.applied) return;
    entry.applied = true;
    this.#close(key, entry.write);
  }

  /** Removes an entry that is applied. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Counts an entry's codes as no longer missing. */
  #close(key: string, write: PendingWrite): void {
    for (const code of keysOf(write)) {
      const keys = this.#open.get(idOf(code));
      if (typeof keys === 'object') keys.delete(key);
      if (keys === key || (typeof keys === 'object' && keys.size === 0)) this.#open.delete(idOf(code));
    }
  }
}

/** A pending write and how far it is. */
export interface PendingEntry {
  readonly write: PendingWrite;
  /** The first store may have it, or may be given it at any moment. */
  asked: boolean;
  /** The first store has it, or it is undone; only the entry is left to be removed. */
  applied: boolean;
}
