import { crc32 } from 'node:zlib';
import { smallCrc } from './small-crc.js';

/** A seal with zeroes as digits. */
const EMPTY_SEAL = Buffer.from('{"len":"00000000","crc":"00000000",');
const DIGITS = 8;
const LENGTH_AT = EMPTY_SEAL.indexOf('00000000');
const CHECKSUM_AT = EMPTY_SEAL.lastIndexOf('00000000');

/** Length of a seal in bytes. */
export const SEAL_LENGTH = EMPTY_SEAL.length;

/** A line within a buffer. `end` is after its last character, before the line break. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * The seal at the beginning of a line: `{"len":"0000002a","crc":"89abcdef",`. It has the content's
 * length in bytes and its CRC-32, which continues the checksum of the line `before`. The content is
 * given in parts, and closes the brace, so that the line is JSON.
 *
 * Equal contents after different lines have different checksums. So a line that was removed, moved
 * or repeated shows at the line after it.
 */
export function sealOf(parts: readonly Uint8Array[], before = 0): Buffer {
  let length = 0;
  let checksum = before;
  for (const part of parts) {
    length += part.length;
    checksum = crc32(part, checksum);
  }
  return sealFor(length, checksum);
}

/** {@link sealOf} for a content whose length in bytes and CRC-32 are known. */
export function sealFor(length: number, checksum: number): Buffer {
  return Buffer.from(`{"len":"${hex(length)}","crc":"${hex(checksum)}",`, 'latin1');
}

/** A sealed line as bytes, with a line break. */
export function sealedLine(content: string, before = 0): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([sealOf([bytes], before), bytes, Buffer.from('\n')]);
}

/**
 * Whether a line is as it was written, and where it was written: both the seal, letter for letter,
 * and the content.
 */
export function isIntact(line: LineBytes, before = 0): boolean {
  const { bytes, start, end } = line;
  const content = start + SEAL_LENGTH;
  return (
    end > content && endOf(line) === end && numberAt(bytes, start + CHECKSUM_AT) === crc32(bytes.subarray(content, end), before)
  );
}

/** The checksum that a line's seal states. `undefined` if the line does not begin with a seal. */
export function statedChecksum(line: LineBytes): number | undefined {
  const checksum = hasSeal(line) ? numberAt(line.bytes, line.start + CHECKSUM_AT) : NaN;
  return Number.isNaN(checksum) ? undefined : checksum;
}

/** Where a line ends, as its seal states. `undefined` if the line does not begin with a seal. */
export function endOf(line: LineBytes): number | undefined {
  const length = hasSeal(line) ? numberAt(line.bytes, line.start + LENGTH_AT) : NaN;
  return Number.isNaN(length) ? undefined : line.start + SEAL_LENGTH + length;
}

/** Whether bytes may be the beginning of a seal. A zero byte may have been any byte. */
export function mayBeginSeal({ bytes, start, end }: LineBytes): boolean {
  for (let index = 0; index < Math.min(SEAL_LENGTH, end - start); index += 1) {
    const byte = bytes[start + index] ?? 0;
    if (byte !== 0 && (isDigitAt(index) ? Number.isNaN(digitOf(byte)) : byte !== EMPTY_SEAL[index])) return false;
  }
  return true;
}

/**
 * The checksum of a list of lines, extended by one line. It covers their seals, which state the
 * checksum of the rest.
 */
export function listChecksum(line: Uint8Array, before: number, start = 0, end = line.length): number {
  return smallCrc(line, start, Math.min(start + SEAL_LENGTH, end), before);
}

/** A checksum as a file has it. */
export function checksumText(checksum: number): string {
  return hex(checksum);
}

/** Whether a line begins with a seal, whatever its digits. */
function hasSeal({ bytes, start, end }: LineBytes): boolean {
  if (end - start < SEAL_LENGTH) return false;
  for (const index of NO_DIGITS) if (bytes[start + index] !== EMPTY_SEAL[index]) return false;
  return true;
}

/** Places in a seal that have the same byte in every seal. */
const NO_DIGITS = Uint8Array.from([...EMPTY_SEAL.keys()].filter((index) => !isDigitAt(index)));

function isDigitAt(index: number): boolean {
  return (index >= LENGTH_AT && index < LENGTH_AT + DIGITS) || (index >= CHECKSUM_AT && index < CHECKSUM_AT + DIGITS);
}

/** Eight digits as a number; NaN if one of them is none that {@link hex} writes. */
function numberAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + DIGITS; index += 1) value = value * 16 + digitOf(bytes[index] ?? 0);
  return value;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : NaN;
}

function hex(value: number): string {
  return value.toString(16).padStart(DIGITS, '0');
}
