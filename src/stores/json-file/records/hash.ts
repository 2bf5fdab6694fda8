import { randomBytes } from 'node:crypto';

/** The seed of a hash: two unsigned 32-bit numbers that nobody outside the process knows. */
export type HashSeed = readonly [number, number];

/** The seed of this process. */
export const PROCESS_SEED: HashSeed = makeSeed();

/**
 * HalfSipHash-1-3 of bytes as an unsigned 32-bit number. Codes come from strangers. If they could
 * compute the hash, or if the seed only shifted it (FNV), they could choose codes that all fall
 * into one slot of a table, and each look-up would walk through all of them.
 */
export function hashOf(bytes: Uint8Array, start: number, end: number, [k0, k1]: HashSeed): number {
  let v0 = k0 | 0;
  let v1 = k1 | 0;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  // Written out, not a function on an array: an index of a million codes runs it several million
  // times.
  const lastWord = end - ((end - start) & 3);
  for (let place = start; ; place += 4) {
    const isLast = place === lastWord;
    let word = isLast ? (end - start) << 24 : (bytes[place + 3] ?? 0) << 24;
    if (!isLast || place + 2 < end) word |= (bytes[place + 2] ?? 0) << 16;
    if (!isLast || place + 1 < end) word |= (bytes[place + 1] ?? 0) << 8;
    if (!isLast || place < end) word |= bytes[place] ?? 0;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (isLast) break;
  }
  v2 ^= 0xff;
  for (let round = 0; round < 3; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return (v1 ^ v3) >>> 0;
}

function makeSeed(): HashSeed {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}
