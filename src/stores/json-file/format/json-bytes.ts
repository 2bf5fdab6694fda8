/** Bytes of JSON punctuation. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const CLOSE = 0x5d;
const BACKSLASH = 0x5c;

let scratch = new Uint8Array(8192);

/** The place after the closing quote of a JSON string that begins at `at`; beyond the end of the bytes if it has none. */
export function skipString(bytes: Uint8Array, at: number): number {
  let place = at + 1;
  while (place < bytes.length && bytes[place] !== QUOTE) place += bytes[place] === BACKSLASH ? 2 : 1;
  return place + 1;
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

/** FNV-1a of bytes as an unsigned 32-bit number, with its high bits folded into the low ones that a table looks at. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let place = start; place < end; place += 1) hash = Math.imul(hash ^ (bytes[place] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
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
