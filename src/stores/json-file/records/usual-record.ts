import type { SentRecord } from '../../../domain/record.js';
import { BACKSLASH, CLOSE, COMMA, digitAt, hasAt, QUOTE } from '../format/json-bytes.js';

/**
 * The record whose code ends before `at`: `,"source",1763800000000]`. `undefined` for one that is
 * not written like this: with a receipt, an escape, or without a time. `JSON.parse` reads those,
 * and takes ten times as long.
 */
export function readUsual(bytes: Buffer, at: number): SentRecord | undefined {
  if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return undefined;
  const source = sourceAt(bytes, at + 2);
  if (source === undefined) return undefined;
  let place = at + 2 + source.bytes.length + 2;
  let sentAt = 0;
  const first = place;
  for (let digit = digitAt(bytes, place); digit >= 0 && digit <= 9; digit = digitAt(bytes, place)) {
    sentAt = sentAt * 10 + digit;
    place += 1;
  }
  const digits = place - first;
  if (digits === 0 || digits > MOST_DIGITS || bytes[place] !== CLOSE) return undefined;
  return { state: 'sent', source: source.text, sentAt };
}

interface Source {
  /** As the file has it. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** The source that was read last: most records have the same. */
let lastSource: Source = { bytes: Buffer.from('auto'), text: 'auto' };

function sourceAt(bytes: Buffer, at: number): Source | undefined {
  const known = lastSource.bytes;
  if (bytes[at + known.length] === QUOTE && bytes[at + known.length + 1] === COMMA && hasAt(bytes, at, known)) return lastSource;
  let end = at;
  while (end < bytes.length && bytes[end] !== QUOTE) {
    const byte = bytes[end] ?? 0;
    if (byte === BACKSLASH || byte > LAST_ASCII) return undefined;
    end += 1;
  }
  if (bytes[end + 1] !== COMMA) return undefined;
  lastSource = { bytes: Buffer.from(bytes.subarray(at, end)), text: bytes.toString('latin1', at, end) };
  return lastSource;
}

const LAST_ASCII = 0x7e;
/** Numbers of so many digits are exact. */
const MOST_DIGITS = 15;
