import { SentCodeStoreError } from '../../../contract/errors.js';
import type { OnDamage } from './damage.js';
import type { Line } from './lines.js';
import { checksumText, isIntact } from './sealed-line.js';

/** What the first line of a file says. */
export interface Header {
  /** Made when the store was created. A journal belongs to the snapshot with the same id. */
  readonly store: string;
  /**
   * A snapshot has all entries of the journals of lower generations. It may have some of its own
   * and of higher generations; those journals are applied to it, in order.
   */
  readonly generation: number;
}

/** Names of the two formats, by which this package knows its own files. */
export const SNAPSHOT_FORMAT = 'sent-code-store';
export const JOURNAL_FORMAT = 'sent-code-store journal';

/** Version of both formats. A file of another one is refused. */
const VERSION = 2;

/** No header is longer. A file of another program may be one long line. */
const MOST_HEADER_BYTES = 4096;

/** The first line of a file, as far as it can be read. */
interface FirstLine extends Partial<Header> {
  readonly format?: unknown;
  readonly version?: unknown;
}

/**
 * The first line of a snapshot opens a list that {@link snapshotEnd} closes, so that the whole file
 * is one JSON document.
 */
export function snapshotHeader(header: Header): string {
  return `${headerFields(SNAPSHOT_FORMAT, header)},"lines":[`;
}

/**
 * What the last line of a snapshot says of the lines before it, so that a missing line is noticed.
 */
export interface SnapshotEnd {
  /** Number of lines between the first and the last one. */
  readonly count: number;
  /** {@link listChecksum} of all lines from the first one on. */
  readonly checksum: number;
}

const END = /^\],"count":(\d{1,15}),"checksum":"([0-9a-f]{8})"\}$/;

/** The last line of a snapshot. */
export function snapshotEnd({ count, checksum }: SnapshotEnd): string {
  return `],"count":${count},"checksum":"${checksumText(checksum)}"}`;
}

/** Reads the last line of a snapshot. `undefined` if it is not such a line. */
export function readSnapshotEnd(text: string): SnapshotEnd | undefined {
  const found = END.exec(text);
  return found === null ? undefined : { count: Number(found[1]), checksum: Number.parseInt(found[2] ?? '', 16) };
}

/** The first line of a journal. */
export function journalHeader(header: Header): string {
  return `${headerFields(JOURNAL_FORMAT, header)}}`;
}

/**
 * Reads the header, the first line of a file. `STORE_VERSION` if another version of this package
 * wrote it. A later version is reported before the seal is checked, because its seal may look
 * different. `undefined` if the line is damaged and the reader goes on all the same.
 */
export function readHeader(line: Line, path: string, format: string, onDamage: OnDamage): Header | undefined {
  const first = firstLineOf(line);
  if (first?.format !== format) {
    onDamage(path, line.number, `is not the first line of a file of the format "${format}"`);
    return undefined;
  }
  const { version } = first;
  if (typeof version === 'number' && version > VERSION)
    throw otherVersion(path, version, 'Use the version that wrote it, or a later one.');
  if (isIntact(line) && typeof version === 'number' && isHeader(first)) {
    if (version === VERSION) return first;
    throw otherVersion(path, version, 'Use the version that wrote it, and copy its codes to a new store.');
  }
  onDamage(path, line.number, 'does not match its checksum');
  return undefined;
}

/** What the first line of a file says, damaged or not; `undefined` if it is no JSON. */
export function firstLineOf({ bytes, start, end }: Line): FirstLine | undefined {
  const text = bytes.toString('utf8', start, Math.min(end, start + MOST_HEADER_BYTES));
  for (const tail of ['', ']}']) {
    try {
      const value: unknown = JSON.parse(text + tail);
      return typeof value === 'object' && value !== null ? value : undefined;
    } catch {
      // Not JSON with this tail; with neither, the file is not ours.
    }
  }
  return undefined;
}

/** Whether a first line has all that a header has. */
function isHeader(line: FirstLine): line is Header {
  return typeof line.store === 'string' && Number.isSafeInteger(line.generation);
}

function otherVersion(path: string, version: number, advice: string): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_VERSION',
    `${path} has version ${version} of the format, and this version of the package knows ${VERSION}. ${advice}`,
  );
}

function headerFields(format: string, { store, generation }: Header): string {
  return `"format":${JSON.stringify(format)},"version":${VERSION},"store":${JSON.stringify(store)},"generation":${generation}`;
}
