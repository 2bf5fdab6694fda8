import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallCrc } from '../../../src/stores/json-file/format/small-crc.js';

describe('the CRC-32 of a few bytes', () => {
  it('is that of zlib, from any place on and continued from any other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(80), fc.nat(0xffffffff), (bytes, cut, before) => {
        const start = Math.min(cut, bytes.length - 1);
        expect(smallCrc(bytes, start, bytes.length, before)).toBe(crc32(bytes.subarray(start), before));
      }),
      { numRuns: 1000 },
    );
  });
});
