import { type FileSystem, readAll } from '../../../files/file-system.js';
import { endOf, type LineBytes } from './sealed-line.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
/** What the event loop waits for at a time: short enough for ten thousand short lines. */
const PIECE_BYTES = 1 << 20;
/** A comma and a line break come after a sealed line. */
const AFTER_LINE = 2;

/** A line of a file. */
export interface Line extends LineBytes {
  /** Counted from 1. */
  readonly number: number;
  /** Place in the file, in bytes, of the line's beginning. */
  readonly position: number;
  /** Place in the file, in bytes, after the line and its line break. */
  readonly next: number;
  /** Whether it has a line break. Only a file's last line may have none. */
  readonly terminated: boolean;
}

/**
 * Reads a file line by line from a place on, and resolves to the place where the file ended. Reads
 * in pieces, since a file may be larger than a buffer, and several lines share the bytes of a
 * piece. A byte order mark and carriage returns at the ends of lines are left out: editors and
 * version control put them there.
 */
export async function readLines(
  files: FileSystem,
  fd: number,
  from: { readonly position: number; readonly line: number },
  onLine: (line: Line) => void,
  pieceBytes = PIECE_BYTES,
): Promise<number> {
  let number = from.line;
  let position = from.position;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const wanted = Math.max(pieceBytes, missingOf(rest));
    const room = Buffer.allocUnsafeSlow(rest.length + Math.min(wanted, await bytesAfter(files, fd, position, wanted)));
    rest.copy(room);
    const count = await readAll(files, fd, room, rest.length, position);
    const piece = room.subarray(0, rest.length + count);
    const pieceStart = position - rest.length;
    position += count;
    let start = 0;
    const emit = (end: number, terminated: boolean): void => {
      const next = pieceStart + end + (terminated ? 1 : 0);
      const position = pieceStart + start;
      const hasMark = position === 0 && piece.subarray(start, start + 3).equals(BYTE_ORDER_MARK);
      const hasReturn = end > start && piece[end - 1] === CARRIAGE_RETURN;
      onLine({
        bytes: piece,
        start: hasMark ? start + 3 : start,
        end: hasReturn ? end - 1 : end,
        number,
        position,
        next,
        terminated,
      });
      number += 1;
    };
    for (;;) {
      const end = piece.indexOf(LINE_FEED, start);
      if (end === -1) break;
      emit(end, true);
      start = end + 1;
    }
    if (count === 0) {
      if (start < piece.length) emit(piece.length, false);
      return position;
    }
    rest = piece.subarray(start);
  }
}

/**
 * How much a line that has begun still needs: as its seal says, or as much again. Piece by piece
 * its beginning would be copied once for each.
 */
function missingOf(rest: Buffer): number {
  const end = endOf({ bytes: rest, start: 0, end: rest.length });
  return end === undefined ? rest.length : end + AFTER_LINE - rest.length;
}

async function bytesAfter(files: FileSystem, fd: number, position: number, most: number): Promise<number> {
  return Math.min(Math.max(files.fstatSync(fd).size - position, 0), most);
}
