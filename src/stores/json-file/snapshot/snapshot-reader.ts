import type { OnDamage } from '../format/damage.js';
import type { FileSystem } from '../../../files/file-system.js';
import { firstLineOf, type Header, readHeader, readSnapshotEnd, SNAPSHOT_FORMAT } from '../format/header.js';
import { ioError } from '../../../files/io-error.js';
import { CLOSE, COMMA, digitAt, hasAt, skipString } from '../format/json-bytes.js';
import { type Line, readLines } from '../format/lines.js';
import { isList, isStoredMetadata, isStoredRecord, type RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';
import { salvageLine } from './salvage.js';
import { isIntact, type LineBytes, listChecksum, SEAL_LENGTH } from '../format/sealed-line.js';
import { foreignFile } from '../format/store-errors.js';

const GUILD_KEY = Buffer.from('"guild":');
const COUNT_KEY = Buffer.from(',"count":');
const SENT_KEY = Buffer.from(',"sent":[');

/** Where a snapshot is read into, and how. */
export interface SnapshotTarget {
  readonly records: Records;
  readonly codec: RecordCodec;
  readonly onDamage: OnDamage;
  /**
   * Whether journals are beside it: then a file that is not ours is damage, not another program's.
   */
  readonly hasJournals: boolean;
}

/** What was found in a snapshot, beside its records. */
export interface SnapshotContent {
  /** `undefined` if it cannot be read and the reader goes on all the same. */
  readonly header: Header | undefined;
  /** Number of codes that a guild had twice. */
  readonly repeated: number;
}

/**
 * Reads a snapshot. Checks every byte, so damage is found when the store opens, but makes hardly
 * any objects.
 */
export async function readSnapshot(files: FileSystem, path: string, target: SnapshotTarget): Promise<SnapshotContent> {
  const fd = await files.open(path, 'r').catch((error: unknown) => {
    throw ioError(error, 'open', path);
  });
  try {
    const reader = new SnapshotReader(path, target);
    await readLines(files, fd, { position: 0, line: 1 }, (line) => reader.take(line));
    return reader.finish();
  } catch (error) {
    throw ioError(error, 'read', path);
  } finally {
    await files.close(fd);
  }
}

class SnapshotReader {
  readonly #path: string;
  readonly #target: SnapshotTarget;
  #header: Header | undefined;
  #repeated = 0;
  #lastLine = 0;
  #count = 0;
  #checksum = 0;
  #closed = false;

  constructor(path: string, target: SnapshotTarget) {
    this.#path = path;
    this.#target = target;
  }

  take(line: Line): void {
    this.#lastLine = line.number;
    if (line.number > 1 && line.end === line.start) return;
    if (this.#closed) this.#damage(line.number, 'comes after the end of the snapshot');
    else if (line.number > 1 && line.bytes[line.start] === CLOSE) this.#takeEnd(line);
    else {
      this.#checksum = listChecksum(line.bytes, this.#checksum, line.start, line.end);
      if (line.number === 1) this.#takeHeader(line);
      else {
        this.#count += 1;
        this.#takeContent(line.number, withoutComma(line));
      }
    }
  }

  finish(): SnapshotContent {
    if (this.#lastLine === 0) {
      if (!this.#target.hasJournals) throw foreignFile(this.#path, true);
      this.#damage(undefined, 'is empty');
    } else if (!this.#closed)
      this.#damage(this.#lastLine, 'is the last line, but does not say how many lines the file has: the file is cut off');
    return { header: this.#header, repeated: this.#repeated };
  }

  #takeHeader(line: Line): void {
    if (!this.#target.hasJournals && firstLineOf(line)?.format !== SNAPSHOT_FORMAT) throw foreignFile(this.#path, false);
    this.#header = readHeader(line, this.#path, SNAPSHOT_FORMAT, this.#target.onDamage);
  }

  /**
   * Checks the list of lines. Each line has a checksum of its own, but some may be missing, or be
   * of another time.
   */
  #takeEnd({ number, bytes, start, end }: Line): void {
    const says = readSnapshotEnd(bytes.toString('latin1', start, end));
    this.#closed = true;
    if (says === undefined) this.#damage(number, 'does not say how many lines the file has, or their checksum');
    else if (says.count !== this.#count)
      this.#damage(number, `says that the file has ${says.count} lines, and it has ${this.#count}`);
    else if (says.checksum !== this.#checksum) {
      this.#damage(number, 'has another checksum than the lines before it: one of them was moved, or is of another time');
    }
  }

  #takeContent(number: number, line: LineBytes): void {
    if (!isIntact(line)) this.#damage(number, 'does not match its checksum');
    else if (this.#takeSent(line) || this.#takeOther(line)) return;
    else this.#damage(number, 'has a content that this version does not know');
    const { guildId, records, metadata } = salvageLine(line.bytes.toString('utf8', line.start, line.end));
    for (const [key, value] of metadata) if (value !== null) this.#target.records.metadata.set(key, value);
    for (const record of records) if (guildId !== undefined) this.#keep(guildId, record[0], this.#target.codec.decode(record));
  }

  /** A line of sent codes: only its beginning is read, `"guild":"…","count":2,"sent":[`. */
  #takeSent(line: LineBytes): boolean {
    const { bytes, start } = line;
    const key = start + SEAL_LENGTH;
    const id = key + GUILD_KEY.length;
    if (!hasAt(bytes, key, GUILD_KEY)) return false;
    const idEnd = skipString(bytes, id);
    const digits = idEnd + COUNT_KEY.length;
    if (!hasAt(bytes, idEnd, COUNT_KEY)) return false;
    let place = digits;
    let count = 0;
    for (let digit = digitAt(bytes, place); digit >= 0 && digit <= 9; digit = digitAt(bytes, place)) {
      count = count * 10 + digit;
      place += 1;
    }
    if (place === digits || !hasAt(bytes, place, SENT_KEY)) return false;
    const first = place + SENT_KEY.length;
    this.#repeated += this.#target.records.addLine({ bytes, start, end: line.end, id, idEnd, first, count });
    return true;
  }

  /** A line of held codes, or of the store's own metadata. */
  #takeOther(line: LineBytes): boolean {
    const content = contentOf(line);
    if (content === undefined) return false;
    const { guild, held, metadata } = content;
    if (typeof guild === 'string' && isList(held, isStoredRecord)) {
      for (const stored of held) this.#target.records.set(guild, stored[0], this.#target.codec.decode(stored));
      return true;
    }
    if (!isList(metadata, isStoredMetadata)) return false;
    for (const [key, value] of metadata) if (value !== null) this.#target.records.metadata.set(key, value);
    return true;
  }

  /** Keeps a salvaged record. Sent beats everything, as always. */
  #keep(guildId: string, code: string, record: ReturnType<RecordCodec['decode']>): void {
    if (this.#target.records.get(guildId, code)?.state === 'sent') this.#repeated += 1;
    else this.#target.records.set(guildId, code, record);
  }

  #damage(line: number | undefined, reason: string): void {
    this.#target.onDamage(this.#path, line, reason);
  }
}

/** What a line says; `undefined` if it is no JSON by itself, such as the header. */
function contentOf({ bytes, start, end }: LineBytes): Record<string, unknown> | undefined {
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function withoutComma(line: LineBytes): LineBytes {
  const { bytes, start, end } = line;
  return { bytes, start, end: bytes[end - 1] === COMMA ? end - 1 : end };
}
