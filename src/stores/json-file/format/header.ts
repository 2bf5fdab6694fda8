import { SentCodeStoreError } from '../../../contract/errors.js';
import type { OnDamage } from './damage.js';
import type { Line } from './lines.js';
import { isIntact } from './sealed-line.js';

/** What the first line of a file says. */
export interface Header {
  /** Made when the store was created. A journal belongs to the snapshot with the same id. */
  readonly store: string;
  /**
   * A snapshot holds all that the journals of lower generations say, and may hold some of what those of its own and higher generations say. All of
   * these are applied to it, in order.
   */
  readonly generation: number;
}

/** Names, in both kinds of files, by which this package knows its own. */
export const SNAPSHOT_FORMAT = 'sent-code-store';
export const JOURNAL_FORMAT = 'sent-code-store journal';

/** Version of both formats. A file of a later one is refused. */
const VERSION = 1;

/** No header is longer; a file of somebody else's may be one long line. */
const MOST_HEADER_BYTES = 4096;

/** First words of a file's first line, as far as it can be read. */
interface FirstLine extends Partial<Header> {
  readonly format?: unknown;
  readonly version?: unknown;
}

/** The first line of a snapshot opens a list that its last line closes, so that the whole file is one JSON document. */
export function snapshotHeader(header: Header): string {
  return `${headerFields(SNAPSHOT_FORMAT, header)},"lines":[`;
}

/** The first line of a journal. */
export function journalHeader(header: Header): string {
  return `${headerFields(JOURNAL_FORMAT, header)}}`;
}

/**
 * The header that the first line of a file is. `STORE_VERSION` if a later version of this package wrote it: that is said before
 * the seal is looked at, which a later version may write in another way. `undefined` if the line is damaged and the reader goes
 * on all the same.
 */
export function readHeader(line: Line, path: string, format: string, onDamage: OnDamage): Header | undefined {
  const first = firstLineOf(line);
  if (first?.format !== format) {
    onDamage(path, line.number, `is not the first line of a file of the format "${format}"`);
    return undefined;
  }
  if (typeof first.version === 'number' && first.version > VERSION) throw laterVersion(path, first.version);
  if (isIntact(line) && first.version === VERSION && isHeader(first)) return first;
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

function laterVersion(path: string, version: number): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_VERSION',
    `${path} has version ${version} of the format, and this version of the package knows ${VERSION}. Use the version that wrote it, or a later one.`,
  );
}

function headerFields(format: string, { store, generation }: Header): string {
  return `"format":${JSON.stringify(format)},"version":${VERSION},"store":${JSON.stringify(store)},"generation":${generation}`;
}
