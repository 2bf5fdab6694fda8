import type { Turns } from '../../../core/turns.js';

/** Parts that are small enough for one step each, with pauses. */
export async function* smallParts(parts: readonly Uint8Array[], turns: Turns): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += BYTES_AT_ONCE) {
      const small = part.length > BYTES_AT_ONCE ? part.subarray(at, at + BYTES_AT_ONCE) : part;
      const turn = turns.step(1 + Math.ceil((STEPS_OF_BYTES * small.length) / BYTES_AT_ONCE));
      if (turn !== undefined) await turn;
      yield small;
    }
  }
}

/** Bytes of all parts. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Bytes that are copied, or read for a checksum, as one step. */
export const BYTES_AT_ONCE = 1 << 20;
/** How many steps over one record cost the same. */
const STEPS_OF_BYTES = 100;
