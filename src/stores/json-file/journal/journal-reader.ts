import type { OnDamage } from '../format/damage.js';
import type { FileSystem } from '../../../files/file-system.js';
import { type Header, JOURNAL_FORMAT, readHeader } from '../format/header.js';
import { ioError } from '../../../files/io-error.js';
import { decodeEntry, type JournalEntry } from './journal-entries.js';
import { type Line, readLines } from '../format/lines.js';
import { isCutShort, isIntact } from '../format/sealed-line.js';

const ZEROES = Buffer.alloc(8);

/** A place in a journal between two lines. */
export interface JournalPlace {
  /** In bytes. */
  readonly position: number;
  /** Number of the line that begins there. */
  readonly line: number;
}

/** Which journal is expected. */
export interface ExpectedJournal {
  /** `undefined` if there is no snapshot that says. */
  readonly store: string | undefined;
  readonly generation: number;
}

/** What a journal says from a place on. */
export interface JournalContent {
  /** The store that it belongs to, if its first line was read and could be. */
  readonly store: string | undefined;
  readonly entries: readonly JournalEntry[];
  /** After the last good line. */
  readonly end: JournalPlace;
  /** Whether the last good line has no line break. */
  readonly unterminated: boolean;
  /** Whether something comes after the last good line: the beginning of a line whose writing was cut short, so it was never acknowledged. */
  readonly torn: boolean;
}

/** The start of a journal, its header to be read. */
export const JOURNAL_START: JournalPlace = { position: 0, line: 1 };

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
  #unterminated = false;
  #bad: Line | undefined;

  constructor(path: string, expected: ExpectedJournal, from: JournalPlace, onDamage: OnDamage) {
    this.#path = path;
    this.#expected = expected;
    this.#end = from;
    this.#onDamage = onDamage;
  }

  take(line: Line): void {
    this.#settleBad();
    if (line.number === 1) this.#takeHeader(line);
    else if (line.end > line.start && !this.#takeEntry(line)) {
      this.#bad = line;
      return;
    }
    this.#end = { position: line.next, line: line.number + 1 };
    this.#unterminated = !line.terminated;
  }

  /**
   * One sync makes one line durable, and the next line is written after it. So only the last line can be one that was never acknowledged: it ends
   * early; or, where the power failed, it has zeroes for bytes that never reached the disk.
   */
  finish(): JournalContent {
    const bad = this.#bad;
    const torn = bad !== undefined && ((!bad.terminated && isCutShort(bad)) || contentOf(bad).includes(ZEROES));
    if (!torn) this.#settleBad();
    if (this.#end.line === 1) this.#onDamage(this.#path, undefined, 'is empty');
    const entries = this.#foreign ? [] : this.#entries;
    return { store: this.#header?.store, entries, end: this.#end, unterminated: this.#unterminated, torn };
  }

  #takeHeader(line: Line): void {
    const header = readHeader(line, this.#path, JOURNAL_FORMAT, this.#onDamage);
    if (header === undefined) return;
    const { store, generation } = this.#expected;
    this.#header = header;
    this.#foreign = header.generation !== generation || (store !== undefined && header.store !== store);
    if (this.#foreign) {
      this.#onDamage(this.#path, line.number, 'says that the journal belongs to another store, or to another time of this one');
    }
  }

  #takeEntry(line: Line): boolean {
    const entry = isIntact(line) ? decodeEntry(contentOf(line).toString('utf8')) : undefined;
    if (entry !== undefined) this.#entries.push(entry);
    return entry !== undefined;
  }

  /** A bad line that is not the last one. The reader may go on: a line that still has the right shape is taken as it is. */
  #settleBad(): void {
    const bad = this.#bad;
    if (bad === undefined) return;
    this.#bad = undefined;
    this.#onDamage(this.#path, bad.number, 'does not match its checksum');
    const entry = decodeEntry(contentOf(bad).toString('utf8'));
    if (entry !== undefined) this.#entries.push(entry);
  }
}

function contentOf({ bytes, start, end }: Line): Buffer {
  return bytes.subarray(start, end);
}
