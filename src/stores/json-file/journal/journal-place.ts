/** A place in a journal between two lines. */
export interface JournalPlace {
  /** In bytes. */
  readonly position: number;
  /** Number of the line that begins there. */
  readonly line: number;
  /** Checksum of the line before. The checksum of the next line continues it. */
  readonly checksum: number;
}

/** The start of a journal, its header to be read. */
export const JOURNAL_START: JournalPlace = { position: 0, line: 1, checksum: 0 };

/** The line after a journal's header. */
export const FIRST_ENTRY = 2;

/** A line may be as long as this, in bytes, whatever was before it. */
const LEAST_ROOM = 8192;
/** A line may be twice as long as the one before it, up to this many bytes. */
const MOST_GROWTH = 1 << 16;

/**
 * The most bytes that the next line may have, from the bytes of the line before. A longer line is
 * announced by a line that says how much room it needs.
 *
 * So a line in flight has a known greatest length, and zeroes over more than that are lost
 * acknowledged lines. With less room, fewer of these can be taken for a line in flight. With more
 * room, fewer announcements are needed, each of which costs a sync.
 */
export function roomAfter(lineBytes: number, announced = 0): number {
  return Math.max(LEAST_ROOM, Math.min(2 * lineBytes, MOST_GROWTH), announced);
}
