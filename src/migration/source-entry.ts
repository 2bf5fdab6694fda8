import type { GlobalCodesReport } from './report.js';

/** Codes of one guild. A guild can have several entries. */
export interface SourceEntry {
  /** Not checked. */
  readonly guildId: unknown;
  readonly codes: Iterable<SourceCode> | AsyncIterable<SourceCode>;
  /** Why the entry cannot be read. */
  readonly problem?: Error;
}

/** A code in a source. */
export interface SourceCode {
  /** Not checked. */
  readonly code: unknown;
  /** Time of sending in ms since 1970; `null` if the source has none. */
  readonly sentAt: number | null;
  /** What the platform answered for its message, where the source keeps it. */
  readonly receipt?: string | undefined;
  /** Why the code cannot be moved. Makes the migration incomplete, unlike a refused code. */
  readonly problem?: Error;
}

/** A source, opened for reading. */
export interface OpenSource {
  readonly entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>;
  readonly globalCodes?: GlobalCodesReport;
}
