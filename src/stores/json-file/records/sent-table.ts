import { StoreDamagedError } from '../../../contract/errors.js';
import { Turns } from '../../../core/turns.js';
import type { SentRecord } from '../../../domain/record.js';
import { CLOSE, encodeText, hasAt, QUOTE, skipString } from '../format/json-bytes.js';
import { hashOf, type HashSeed, PROCESS_SEED } from './hash.js';
import type { LineBytes } from '../format/sealed-line.js';
import { sentRecord, storedSent, type StoredSent } from './record-codec.js';
import { readUsual } from './usual-record.js';

/**
 * Up to this many records are looked through one by one: an index would take more room than it
 * saves time.
 */
const SCANNED_RECORDS = 16;

/** Records that are put into an index as one step: a step costs more than a record. */
const INDEXED_AT_ONCE = 50;

/**
 * A record as the table has it: `["CODE","source",time]`, or `["CODE","source",time,"receipt"]`.
 */
interface Found {
  readonly code: string;
  readonly record: SentRecord;
}

/** An index of the first records of a table. */
interface PartIndex {
  readonly index: Uint32Array;
  /** Bytes of these records. */
  readonly bytes: number;
  /** Number of these records. */
  readonly count: number;
}

/** One sent code as JSON. */
export function encodeSent(code: string, record: SentRecord): string {
  return JSON.stringify(storedSent(code, record));
}

/**
 * The sent codes of a guild as the snapshot has them: the bytes of its line, and an index from a
 * code's hash to its place in the bytes. The index is made when the guild is first asked for. A map
 * of a million records as objects would take five times the memory.
 *
 * Never changes, so an iteration may take as long as it likes. The bytes are canonical JSON, since
 * this package alone writes them under a seal; so equal codes are equal bytes.
 */
export class SentTable {
  /** Number of records. */
  readonly count: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #lineEnd: number;
  readonly #first: number;
  readonly #seed: HashSeed;
  #index: Uint32Array | undefined;
  /** The index of the records that come first, from an earlier table. */
  #indexed: PartIndex | undefined;
  #making: Promise<void> | undefined;

  /**
   * @param line - the guild's line, seal included
   * @param first - place of the first record in the line's bytes
   * @param seed - for tests: what the hash of codes begins with
   */
  constructor(line: LineBytes, first: number, count: number, seed: HashSeed = PROCESS_SEED) {
    this.#bytes = line.bytes;
    this.#start = line.start;
    this.#lineEnd = line.end;
    this.#first = first;
    this.count = count;
    this.#seed = seed;
  }

  /** The same table on a copy of its bytes. Keeps the index, and lets the old bytes go. */
  movedTo(line: LineBytes): SentTable {
    const moved = new SentTable(line, line.start + this.#first - this.#start, this.count, this.#seed);
    moved.#index = this.#index;
    return moved;
  }

  /**
   * A table whose line has this table's records, in their order, and then others. Takes over the
   * index as far as it goes, since the records keep their places after the first one.
   */
  grownTo(line: LineBytes, first: number, count: number): SentTable {
    const grown = new SentTable(line, first, count, this.#seed);
    if (this.#index !== undefined) grown.#indexed = { index: this.#index, bytes: this.records.length, count: this.count };
    return grown;
  }

  /** The line as the snapshot has it, seal included. */
  get line(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#lineEnd);
  }

  /** The records as the line has them, with commas between them and without the brackets. */
  get records(): Uint8Array {
    return this.#bytes.subarray(this.#first, this.#end);
  }

  /** The record of a code. */
  find(code: string): SentRecord | undefined {
    const text = encodeText(code);
    const at = this.#placeOf(text);
    return at === -1 ? undefined : (readUsual(this.#bytes, at + text.length + 3) ?? this.#decode(at).record);
  }

  /** All codes and their records. */
  *entries(): Generator<[code: string, record: SentRecord]> {
    for (let at = this.#first; at < this.#end; at = this.#after(at) + 1) {
      const { code, record } = this.#decode(at);
      yield [code, record];
    }
  }

  /** Whether a look-up finds the index made, or needs none. */
  get isReady(): boolean {
    return this.count <= SCANNED_RECORDS || this.#index !== undefined;
  }

  /** Makes the index with pauses, if there is none yet. */
  async makeIndex(): Promise<void> {
    if (this.isReady) return;
    this.#making ??= this.#makeIndexInTurns();
    await this.#making;
  }

  /** The place of a code's record, for {@link SentTable.runsWithout}; -1 if there is none. */
  placeOf(code: string): number {
    return this.#placeOf(encodeText(code));
  }

  /**
   * The bytes of all records but those at some places, in as few pieces as possible. A comma
   * belongs between two pieces. `undefined` for a place where no piece ends.
   */
  *runsWithout(places: readonly number[]): Generator<Uint8Array | undefined> {
    let at = this.#first;
    for (const place of Float64Array.from(places).sort()) {
      yield place > at ? this.#bytes.subarray(at, place - 1) : undefined;
      at = this.#after(place) + 1;
    }
    if (at < this.#end) yield this.#bytes.subarray(at, this.#end);
  }

  /** After the last record: the line ends with `]}`. */
  get #end(): number {
    return this.#lineEnd - 2;
  }

  #placeOf(code: Uint8Array): number {
    if (this.count <= SCANNED_RECORDS) {
      for (let at = this.#first; at < this.#end; at = this.#after(at) + 1) if (this.#isAt(at, code)) return at;
      return -1;
    }
    const index = (this.#index ??= this.#makeIndexAtOnce());
    for (let slot = hashOf(code, 0, code.length, this.#seed); ; slot += 1) {
      const entry = index[slot & (index.length - 1)] ?? 0;
      if (entry === 0) return -1;
      if (this.#isAt(this.#first + entry - 1, code)) return this.#first + entry - 1;
    }
  }

  #makeIndexAtOnce(): Uint32Array {
    const steps = this.#indexing();
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  async #makeIndexInTurns(): Promise<void> {
    const turns = new Turns();
    const steps = this.#indexing();
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        this.#index = step.value;
        return;
      }
      const turn = turns.step(INDEXED_AT_ONCE);
      if (turn !== undefined) await turn;
    }
  }

  /**
   * Open addressing: slots hold the place of a record, counted from 1 after the first record. At
   * most two thirds are taken.
   */
  #emptyIndex(): Uint32Array {
    return new Uint32Array(2 ** Math.ceil(Math.log2(this.count * 1.5)));
  }

  /** Puts one record after the other into the index, and returns it. */
  *#indexing(): Generator<void, Uint32Array> {
    const bytes = this.#bytes;
    const known = this.#indexed;
    this.#indexed = undefined;
    const empty = this.#emptyIndex();
    const isKept = known !== undefined && known.index.length === empty.length;
    // A copy: the earlier table may still be looked into.
    const index = isKept ? known.index.slice() : empty;
    let seen = isKept ? known.count : 0;
    for (let at = this.#first + (isKept ? known.bytes + 1 : 0); at < this.#end; at = this.#after(at) + 1) {
      seen += 1;
      // Under a good seal this is a mistake of whoever wrote the file. A full index would be
      // searched for ever.
      if (seen > this.count)
        throw new StoreDamagedError(`A guild of the snapshot has more records than the ${this.count} it names.`);
      let slot = hashOf(bytes, at + 2, skipString(bytes, at + 1) - 1, this.#seed);
      while (index[slot & (index.length - 1)] !== 0) slot += 1;
      index[slot & (index.length - 1)] = at - this.#first + 1;
      if (seen % INDEXED_AT_ONCE === 0) yield;
    }
    return index;
  }

  #isAt(at: number, code: Uint8Array): boolean {
    const bytes = this.#bytes;
    return bytes[at + 2 + code.length] === QUOTE && hasAt(bytes, at + 2, code);
  }

  /** The place after a record. */
  #after(at: number): number {
    const bytes = this.#bytes;
    let place = skipString(bytes, at + 1);
    while (place < this.#end && bytes[place] !== CLOSE) place = bytes[place] === QUOTE ? skipString(bytes, place) : place + 1;
    return place + 1;
  }

  #decode(at: number): Found {
    const stored = JSON.parse(this.#bytes.toString('utf8', at, this.#after(at))) as StoredSent;
    return { code: stored[0], record: sentRecord(stored) };
  }
}
