import { describe, expect, it } from 'vitest';
import { guildIdValue } from '../../../src/stores/mongo/keys.js';

describe('the guild id in a document', () => {
  it.each(['0', '-5', '1406122908476112956', '9223372036854775807', '-9223372036854775808'])(
    'is a 64-bit number for %s',
    (guildId) => {
      expect(guildIdValue(guildId)).toBe(BigInt(guildId));
    },
  );

  it.each([
    '9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999',
    '007',
    '-0',
    '+1',
    '1e3',
    '1.0',
    ' 1',
    'guild',
    '0x10',
  ])('is the string itself for %s, which is no 64-bit number in its usual form', (guildId) => {
    expect(guildIdValue(guildId)).toBe(guildId);
  });
});
