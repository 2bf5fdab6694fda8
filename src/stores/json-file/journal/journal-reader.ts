import type { OnDamage } from '../format/damage.js';
import type { FileSystem } from '../../../files/file-system.js';
import { type Header, JOURNAL_FORMAT, readHeader } from '../format/header.js';
import { ioError } from '../../../files/io-error.js';
import { decodeEntry, type JournalEntry } from './journal-entries.js';
import { type Line, readLines } from '../format/lines.js';
import { isIntact, statedChecksum } from '../format/sealed-line.js';
import { type JournalPlace, roomAfter } from './journal-place.js';
import { damageOf, isOfUnknownLength } from './torn-line.js';

const DAMAGED = 'does not match its checksum: it was changed, or a line before it was removed, added or moved';

/** Which journal is expected. */
export interface ExpectedJournal {
  /** `undefined` if no snapshot says it. */
  readonly store: string | undefined;
  readonly generation: number;
}

/** The content of a journal from a place on. */
export interface JournalContent {
  /** The store that it belongs to, if its first line was read and is good. */
  readonly store: string | undefined;
  readonly entries: readonly JournalEntry[];
  /** After the last good line. */
  readonly end: JournalPlace;
  /** Before the last good line. The same as the end if there is none. */
  readonly last: JournalPlace;
  /** Whether the last good line has no line break. */
  readonly unterminated: boolean;
  /**
   * What comes after the last good line: a line whose writing was interrupted, so it was never
   * acknowledged.
   */
  readonly torn: TornLine | undefined;
}

/** A line whose writing was interrupted. */
export interface TornLine {
  /** What is left of it. */
  readonly bytes: number;
  /** Whether its beginning is lost, and its length with it: it may have been more than one line. */
  readonly unknownLength: boolean;
}

/** Reads a journal from a place on. */
export async function readJournal(
  files: FileSystem,
  path: string,
  expected: ExpectedJournal,
  from: JournalPlace,
  onDamage: OnDamage,
): Promise<JournalContent> {
  const fd = await files.open(path, 'r').catch((error: unknown) => {
    throw ioError(error, 'open', path);
  });
  try {
    const reader = new JournalReader(path, expected, from, onDamage);
    await readLines(files, fd, from, (line) => reader.take(line));
    return reader.finish();
  } catch (error) {
    throw ioError(error, 'read', path);
  } finally {
    await files.close(fd);
  }
}

class JournalReader {
  readonly #path: string;
  readonly #expected: ExpectedJournal;
  readonly #onDamage: OnDamage;
  #header: Header | undefined;
  #foreign = false;
  readonly #entries: JournalEntry[] = [];
  #end: JournalPlace;
  #last: JournalPlace;
  #room = roomAfter(0);
  #unterminated = false;
  #bad: Line | undefined;

  constructor(path: string, expected: ExpectedJournal, from: JournalPlace, onDamage: OnDamage) {
    this.#path = path;
    this.#expected = expected;
    this.#end = from;
    this.#last = from;
    this.#onDamage = onDamage;
  }

  take(line: Line): void {
    if (this.#bad !== undefined) this.#takeDamaged(this.#bad, DAMAGED);
    this.#bad = undefined;
    if (line.number === 1) this.#takeHeader(line);
    else if (line.end === line.start) this.#pass(line);
    else if (!this.#takeEntry(line)) this.#bad = line;
  }

  /** Ends the reading. Only the last line can be an unacknowledged one. */
  finish(): JournalContent {
    const torn = this.#bad === undefined ? undefined : this.#takeTail(this.#bad);
    if (this.#end.line === 1) this.#onDamage(this.#path, undefined, 'is empty');
    const entries = this.#foreign ? [] : this.#entries;
    return { store: this.#header?.store, entries, end: this.#end, last: this.#last, unterminated: this.#unterminated, torn };
  }

  #takeHeader(line: Line): void {
    const header = readHeader(line, this.#path, JOURNAL_FORMAT, this.#onDamage);
    this.#pass(line);
    if (header === undefined) return;
    const { store, generation } = this.#expected;
    this.#header = header;
    this.#foreign = header.generation !== generation || (store !== undefined && header.store !== store);
    if (this.#foreign) {
      this.#onDamage(this.#path, line.number, 'says that the journal belongs to another store, or to another time of this one');
    }
  }

  /** Takes an entry if the line is as it was written, and stands where it was written. */
  #takeEntry(line: Line): boolean {
    const entry = isIntact(line, this.#end.checksum) ? decodeEntry(textOf(line)) : undefined;
    if (entry === undefined) return false;
    this.#entries.push(entry);
    this.#pass(line, entry.room);
    return true;
  }

  /**
   * Goes on after a line, even a damaged one: if its seal is good, the next line shows whether it
   * continues this line.
   */
  #pass(line: Line, announced?: number): void {
    const checksum = statedChecksum(line);
    if (checksum !== undefined) {
      this.#last = this.#end;
      this.#room = roomAfter(line.next - this.#end.position, announced);
    }
    this.#end = { position: line.next, line: line.number + 1, checksum: checksum ?? this.#end.checksum };
    this.#unterminated = !line.terminated;
  }

  /**
   * Judges a last line that is not as it was written. `undefined` if it is damage, or lacks only
   * its line break.
   */
  #takeTail(line: Line): TornLine | undefined {
    const withoutZero = { ...line, end: line.end - 1, next: line.next - 1 };
    if (!line.terminated && line.bytes[withoutZero.end] === 0 && this.#takeEntry(withoutZero)) return undefined;
    const bytes = line.bytes.subarray(line.start, line.start + line.next - line.position);
    const damage = damageOf({ bytes, position: line.position, room: this.#room });
    if (damage === undefined) return { bytes: bytes.length, unknownLength: isOfUnknownLength(bytes) };
    this.#takeDamaged(line, damage);
    return undefined;
  }

  /**
   * Reports a damaged line. If the reader may go on, a line of the right shape is taken as it is.
   */
  #takeDamaged(line: Line, reason: string): void {
    this.#onDamage(this.#path, line.number, reason);
    const entry = decodeEntry(textOf(line));
    if (entry !== undefined) this.#entries.push(entry);
    this.#pass(line);
  }
}

function textOf({ bytes, start, end }: Line): string {
  return bytes.toString('utf8', start, end);
}
