import { encodeText, QUOTE, textAt } from '../format/json-bytes.js';
import type { LineBytes } from '../format/sealed-line.js';
import { hashOf, PROCESS_SEED } from './hash.js';
import { SentTable } from './sent-table.js';

/** The line of a guild's sent codes in a snapshot. */
export interface SentLine extends LineBytes {
  /** Place of the guild's id in the bytes, at its opening quote. */
  readonly id: number;
  /** Place after the closing quote. */
  readonly idEnd: number;
  /** Place of the first record. */
  readonly first: number;
  /** Number of records. */
  readonly count: number;
}

/** Bytes of a snapshot, as long as a line in them waits. */
interface Piece {
  bytes: Buffer | undefined;
  waiting: number;
}

/** What is kept of a line, as numbers side by side. */
const FIELDS = 8;
const [PIECE, START, END, ID, ID_END, FIRST, COUNT, HASH] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Lines that have room at the beginning. */
const FEW = 64;
/** In the place of the piece, once the line was taken. */
const TAKEN = -1;

/**
 * The lines of guilds that nobody has asked for yet, found by the bytes of the guild's id. As
 * strings, objects and a map, 100 000 guilds would take twice as long to open.
 */
export class GuildLines {
  #pieces: Piece[] = [];
  #lines = new Float64Array(FIELDS * FEW);
  #count = 0;
  /** Lines that were not taken. */
  #waiting = 0;
  /** Open addressing: a line's number, counted from 1. At most half of the slots are taken. */
  #slots = new Uint32Array(FEW * 2);

  /** Adds a line, unless there is one of this guild. */
  add(line: SentLine): boolean {
    const { bytes, id, idEnd } = line;
    const at = this.#count * FIELDS;
    if (at === this.#lines.length) this.#grow();
    const hash = hashOf(bytes, id + 1, idEnd - 1, PROCESS_SEED);
    const slot = this.#slotOf(bytes, id + 1, idEnd - 1, hash);
    if (this.#slots[slot] !== 0) return false;
    const lines = this.#lines;
    lines[at + PIECE] = this.#pieceOf(bytes);
    lines[at + START] = line.start;
    lines[at + END] = line.end;
    lines[at + ID] = id;
    lines[at + ID_END] = idEnd;
    lines[at + FIRST] = line.first;
    lines[at + COUNT] = line.count;
    lines[at + HASH] = hash;
    this.#count += 1;
    this.#waiting += 1;
    this.#slots[slot] = this.#count;
    return true;
  }

  /** The table of a guild, which is not in here any more. */
  take(guildId: string): SentTable | undefined {
    if (this.#count === 0) return undefined;
    const id = encodeText(guildId);
    const slot = this.#slotOf(id, 0, id.length, hashOf(id, 0, id.length, PROCESS_SEED));
    const at = ((this.#slots[slot] ?? 0) - 1) * FIELDS;
    if (at < 0) return undefined;
    const piece = this.#pieces[this.#field(at, PIECE)];
    if (piece?.bytes === undefined) return undefined;
    const line = { bytes: piece.bytes, start: this.#field(at, START), end: this.#field(at, END) };
    this.#lines[at + PIECE] = TAKEN;
    piece.waiting -= 1;
    if (piece.waiting === 0) piece.bytes = undefined;
    const table = new SentTable(line, this.#field(at, FIRST), this.#field(at, COUNT));
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#clear();
    return table;
  }

  /** The ids of all guilds in here. Those that are taken meanwhile are left out. */
  *ids(): Generator<string, void, undefined> {
    for (let at = 0; at < this.#count * FIELDS; at += FIELDS) {
      const bytes = this.#pieces[this.#field(at, PIECE)]?.bytes;
      if (bytes !== undefined) yield textAt(bytes, this.#field(at, ID), this.#field(at, ID_END));
    }
  }

  #field(at: number, field: number): number {
    return this.#lines[at + field] ?? 0;
  }

  #pieceOf(bytes: Buffer): number {
    const last = this.#pieces.at(-1);
    if (last?.bytes === bytes) last.waiting += 1;
    else this.#pieces.push({ bytes, waiting: 1 });
    return this.#pieces.length - 1;
  }

  /** The slot of a guild; a free one if it is not in here. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const at = ((slots[slot] ?? 0) - 1) * FIELDS;
      if (at < 0) return slot;
      if (this.#field(at, HASH) !== hash) continue;
      const found = this.#pieces[this.#field(at, PIECE)]?.bytes;
      if (found !== undefined && isSame(found, this.#field(at, ID) + 1, bytes, start, end)) return slot;
    }
  }

  #freeSlot(hash: number): number {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
    return slot;
  }

  /** What many lines took is not kept for none. */
  #clear(): void {
    this.#pieces = [];
    this.#lines = new Float64Array(FIELDS * FEW);
    this.#slots = new Uint32Array(FEW * 2);
    this.#count = 0;
  }

  #grow(): void {
    const lines = new Float64Array(this.#lines.length * 2);
    lines.set(this.#lines);
    this.#lines = lines;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let line = 0; line < this.#count; line += 1) {
      this.#slots[this.#freeSlot(this.#field(line * FIELDS, HASH))] = line + 1;
    }
  }
}

/** Whether the text of a JSON string at `at` is that between `start` and `end` of other bytes. */
function isSame(a: Uint8Array, at: number, b: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (a[at + index - start] !== b[index]) return false;
  return a[at + end - start] === QUOTE;
}
