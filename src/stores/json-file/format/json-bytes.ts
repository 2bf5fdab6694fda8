/** Bytes of JSON punctuation. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const CLOSE = 0x5d;
export const BACKSLASH = 0x5c;

let scratch = new Uint8Array(8192);

/**
 * The place after the closing quote of a JSON string that begins at `at`; beyond the end of the
 * bytes if it has none.
 */
export function skipString(bytes: Uint8Array, at: number): number {
  let place = at + 1;
  while (place < bytes.length && bytes[place] !== QUOTE) place += bytes[place] === BACKSLASH ? 2 : 1;
  return place + 1;
}

/** The text of a JSON string with its quotes, from `start` to `end`. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] ?? 0;
    // What the string has to be parsed for.
    if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) return JSON.parse(bytes.toString('utf8', start, end)) as string;
  }
  return bytes.toString('latin1', start + 1, end - 1);
}

/** The digit at a place as a number; below 0 or above 9 if there is none. */
export function digitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) - 0x30;
}

/** The bytes of a string as JSON writes them between its quotes. Valid until the next call. */
export function encodeText(text: string): Uint8Array {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH || index === scratch.length) return encodeAny(text);
    scratch[index] = unit;
  }
  return scratch.subarray(0, text.length);
}

/** Whether `bytes` has `part` at a place. */
export function hasAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index += 1) if (bytes[at + index] !== part[index]) return false;
  return true;
}

function encodeAny(text: string): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(text));
  if (bytes.length > scratch.length) scratch = new Uint8Array(bytes.length);
  scratch.set(bytes);
  return scratch.subarray(1, bytes.length - 1);
}
