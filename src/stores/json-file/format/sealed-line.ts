import { crc32 } from 'node:zlib';

/** A seal, its digits as zeroes. */
const EMPTY_SEAL = Buffer.from('{"len":"00000000","crc":"00000000",');
const DIGITS = 8;
const LENGTH_AT = EMPTY_SEAL.indexOf('00000000');
const CHECKSUM_AT = EMPTY_SEAL.lastIndexOf('00000000');

/** Length of a seal in bytes. */
export const SEAL_LENGTH = EMPTY_SEAL.length;

/** Bytes of a line, and where in them it stands: `end` is after its last character, without line break. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * The beginning of a line whose content is given in parts: `{"len":"0000002a","crc":"89abcdef",`, the content's length in bytes and its
 * CRC-32. The content closes the brace, so that a line is JSON to everyone else.
 */
export function sealOf(parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  let checksum = 0;
  for (const part of parts) {
    length += part.length;
    checksum = crc32(part, checksum);
  }
  return Buffer.from(`{"len":"${hex(length)}","crc":"${hex(checksum)}",`, 'latin1');
}

/** {@link sealOf} for a content whose length in bytes and CRC-32 are known. */
export function sealFor(length: number, checksum: number): Buffer {
  return Buffer.from(`{"len":"${hex(length)}","crc":"${hex(checksum)}",`, 'latin1');
}

/** A sealed line as bytes, with a line break. */
export function sealedLine(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([sealOf([bytes]), bytes, Buffer.from('\n')]);
}

/** Whether a line is as it was written: the seal itself, letter for letter, as well as what it covers. */
export function isIntact(line: LineBytes): boolean {
  const { bytes, start, end } = line;
  const content = start + SEAL_LENGTH;
  return (
    end > content &&
    hasSeal(line) &&
    numberAt(bytes, start + LENGTH_AT) === end - content &&
    numberAt(bytes, start + CHECKSUM_AT) === crc32(bytes.subarray(content, end))
  );
}

/** Whether a line ends before its seal says that it does, or in the seal: its writing was interrupted. */
export function isCutShort(line: LineBytes): boolean {
  const { bytes, start, end } = line;
  return !hasSeal(line) || end - start - SEAL_LENGTH < numberAt(bytes, start + LENGTH_AT);
}

/** Whether a line begins with a seal, whatever its digits. */
function hasSeal({ bytes, start, end }: LineBytes): boolean {
  if (end - start < SEAL_LENGTH) return false;
  for (let index = 0; index < SEAL_LENGTH; index += 1) {
    const isDigit = (index >= LENGTH_AT && index < LENGTH_AT + DIGITS) || (index >= CHECKSUM_AT && index < CHECKSUM_AT + DIGITS);
    if (!isDigit && bytes[start + index] !== EMPTY_SEAL[index]) return false;
  }
  return true;
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
