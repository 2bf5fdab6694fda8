import type { GlobalCodesReport } from './report.js';

/** A code as a source has it. */
export interface SourceCode {
  /** Not checked. */
  readonly code: unknown;
  /** ms since 1970; `null` where the source does not say. */
  readonly sentAt: number | null;
  /** Why the code cannot be moved though it must be. */
  readonly problem?: Error;
}

/** Codes of one guild. A guild can have several entries. */
export interface SourceEntry {
  /** Not checked. */
  readonly guildId: unknown;
  readonly codes: Iterable<SourceCode> | AsyncIterable<SourceCode>;
  /** Why the entry cannot be read. */
  readonly problem?: Error;
}

/** A source as the migration reads it. */
export interface OpenSource {
  readonly entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>;
  readonly globalCodes?: GlobalCodesReport;
}
