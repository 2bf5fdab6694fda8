import { describe, expect, it } from 'vitest';
import { checkGuildId } from '../../../src/domain/guild-id.js';

describe('checkGuildId', () => {
  it.for([
    ['1147956569271697518', '1147956569271697518'],
    [1147956569271697518n, '1147956569271697518'],
    [-1001234567890n, '-1001234567890'],
    ['-1001234567890', '-1001234567890'],
    ['007', '007'],
    ['__proto__', '__proto__'],
    [' x ', ' x '],
    ['\u{1f381}', '\u{1f381}'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ] as const)('takes %s for %s', ([value, guildId]) => expect(checkGuildId(value)).toBe(guildId));

  it.for([
    [
      Number('1147956569271697518'),
      /guildId is the number 1147956569271697\d{3}\. Ids .* lose digits .* pass the id as a string/s,
    ],
    ['', /guildId is empty/],
    ['a:b', /guildId is the string "a:b"\. A guild id must not contain ":"/],
    ['x'.repeat(101), /guildId has 101 characters, 100 at most/],
    [10n ** 100n, /guildId has 101 characters, 100 at most/],
    ['\udc00', /lone surrogate/],
    [null, /guildId is null\. Pass a string or a bigint/],
    [{ id: '1' }, /guildId is an object\. Pass/],
    [Symbol('x'), /guildId is a symbol/],
  ] as const)('refuses %s and says what to do instead', ([value, message]) => {
    expect(() => checkGuildId(value as string)).toThrow(message);
    expect(() => checkGuildId(value as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_GUILD_ID', argument: 'guildId' }),
    );
  });

  it('names the argument as it was told', () => {
    expect(() => checkGuildId('', 'batch[3].guildId')).toThrow(expect.objectContaining({ argument: 'batch[3].guildId' }));
  });
});
