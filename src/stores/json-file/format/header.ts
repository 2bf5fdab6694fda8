/** Names, in both kinds of files, by which this package knows its own. */
export const SNAPSHOT_FORMAT = 'sent-code-store';
export const JOURNAL_FORMAT = 'sent-code-store journal';

/** Version of both formats. A file of a later one is refused. */
export const VERSION = 1;

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

/** First words of a file's first line, as far as it can be read. */
export interface FirstLine extends Partial<Header> {
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

/** Reads a first line of either kind, damaged or not; `undefined` if it is no JSON. */
export function parseFirstLine(text: string): FirstLine | undefined {
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
export function isHeader(line: FirstLine | undefined): line is Header {
  return typeof line?.store === 'string' && Number.isSafeInteger(line.generation);
}

function headerFields(format: string, { store, generation }: Header): string {
  return `"format":${JSON.stringify(format)},"version":${VERSION},"store":${JSON.stringify(store)},"generation":${generation}`;
}
