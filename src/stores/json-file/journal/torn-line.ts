import { endOf, type LineBytes, mayBeginSeal, SEAL_LENGTH } from '../format/sealed-line.js';

/** The tail of a journal: what comes after its last good line. */
export interface JournalTail {
  readonly bytes: Buffer;
  /** Its place in the file. */
  readonly position: number;
  /** The bytes that a line may have there. */
  readonly room: number;
}

/** Disks lose at least this many bytes at a time. */
const SECTOR = 512;
const LINE_FEED = 0x0a;
/**
 * A line begins with this, and has it nowhere else: quotes in a text are written with a backslash.
 */
const BEGINNING = Buffer.from('{"len":"');

/**
 * Decides what a tail is: a line that a crash or a power failure interrupted, or damaged
 * acknowledged lines.
 *
 * A line is written when the one before it is durable, and a call is acknowledged when its line is.
 * So at most one line was never acknowledged, and a tail of more than one line is damage. A line in
 * flight may have any subset of its sectors on the disk:
 *
 * ```text
 * good line ↵ | {"len":"0000…          cut short: the file's new length was not written, or the process was killed
 * good line ↵ | {"len":"0000… 0000000  the last sectors are missing, and the new length is there
 * good line ↵ | 0000000000000 …"]]]}↵  the first ones are missing: how long the line was is not known
 * ```
 *
 * A missing sector shows as zeroes, from the line's beginning or a sector's border up to the next
 * border. Zeroes elsewhere are damage, because JSON has none.
 *
 * @returns what is wrong with it if it is damage; `undefined` if it is a line in flight, which was
 * never acknowledged
 */
export function damageOf({ bytes, position, room }: JournalTail): string | undefined {
  if (bytes.length > room) {
    return (
      `and what follows, ${bytes.length} bytes${bytes.includes(0) ? ' with zeroes' : ''}, are more than one interrupted line, ` +
      `which has at most ${room} bytes there. So acknowledged lines are lost`
    );
  }
  if (bytes.indexOf(BEGINNING, 1) !== -1) return 'is damaged, and a later line was written after it';
  if (!mayBeginSeal(lineOf(bytes)) || !isPart(bytes)) return 'does not match its checksum';
  return isMadeOfSectors(bytes, position) ? undefined : 'has zeroes where a disk that loses sectors leaves none';
}

/**
 * Whether a tail has lost the beginning that says how long its line was: it may have been one line
 * or many.
 */
export function isOfUnknownLength(bytes: Buffer): boolean {
  return bytes.subarray(0, SEAL_LENGTH).includes(0);
}

/** Whether something is missing of the line: its end, or sectors of it. */
function isPart(bytes: Buffer): boolean {
  const zeroes = bytes.includes(0);
  const end = isOfUnknownLength(bytes) ? undefined : endOf(lineOf(bytes));
  if (end === undefined) return zeroes || bytes.length < SEAL_LENGTH;
  if (bytes.length > end + 1 || (bytes.length <= end && bytes.at(-1) === LINE_FEED)) return false;
  return zeroes || bytes.length < end;
}

/** Whether each run of zeroes is made of whole sectors, as far as the tail goes. */
function isMadeOfSectors(bytes: Buffer, position: number): boolean {
  for (let at = bytes.indexOf(0); at !== -1;) {
    let end = at;
    while (end < bytes.length && bytes[end] === 0) end += 1;
    if (at > 0 && (position + at) % SECTOR !== 0) return false;
    if (end < bytes.length && (position + end) % SECTOR !== 0) return false;
    at = bytes.indexOf(0, end);
  }
  return true;
}

function lineOf(bytes: Buffer): LineBytes {
  return { bytes, start: 0, end: bytes.length };
}
