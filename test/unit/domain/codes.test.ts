import { giftCodeIdentity, type GuildCodes } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { checkBatch, checkCodes, keyOf } from '../../../src/domain/codes.js';

describe('checkCodes', () => {
  it('keeps the first spelling of each code, in order', () => {
    expect(checkCodes('1', ['b ', 'A', 'B', 'a'], giftCodeIdentity)).toEqual([
      { guildId: '1', code: 'B', spelling: 'b ' },
      { guildId: '1', code: 'A', spelling: 'A' },
    ]);
  });

  it('takes a Set, also one of a class that extends it', () => {
    expect(checkCodes('1', new Set(['a']), giftCodeIdentity).map(({ code }) => code)).toEqual(['A']);
    expect(checkCodes('1', new (class extends Set<string> {})(['a']), giftCodeIdentity)).toHaveLength(1);
  });

  it.for([
    ['ABC', /codes is the string "ABC"\. A lone string would be read letter by letter: pass an array/],
    [undefined, /codes is undefined\. Pass an array or a Set of strings/],
    [['A'].values(), /codes is an object/],
    [new Map(), /codes is an object of class Map/],
  ] as const)('refuses %s', ([value, message]) => {
    expect(() => checkCodes('1', value as never, giftCodeIdentity)).toThrow(message);
    expect(() => checkCodes('1', value as never, giftCodeIdentity)).toThrow(expect.objectContaining({ code: 'INVALID_CODES' }));
  });

  it('names the place of a bad code, counted with its repeats', () => {
    const codes = ['a', 'A', 'b', ''];
    expect(() => checkCodes('1', codes, giftCodeIdentity)).toThrow(expect.objectContaining({ argument: 'codes[3]' }));
    expect(() => checkCodes('1', new Set(codes), giftCodeIdentity)).toThrow(expect.objectContaining({ argument: 'codes[3]' }));
  });

  it('refuses the holes of an array', () => {
    // eslint-disable-next-line no-sparse-arrays -- the hole is the point
    expect(() => checkCodes('1', ['a', , 'b'] as string[], giftCodeIdentity)).toThrow(/codes\[1\] is undefined/);
  });
});

describe('checkBatch', () => {
  const check = (batch: unknown): unknown => checkBatch(batch as GuildCodes[], giftCodeIdentity);

  it('leaves a code to the first entry that names it, guild by guild', () => {
    const batch = [
      { guildId: '1', codes: ['a', 'b'] },
      { guildId: '2', codes: ['a'] },
      { guildId: 1n, codes: ['A', 'c'] },
      { guildId: '1', codes: ['C', 'd'] },
    ];
    expect(checkBatch(batch, giftCodeIdentity).map(({ guildId, keys }) => [guildId, keys.map(({ code }) => code)])).toEqual([
      ['1', ['A', 'B']],
      ['2', ['A']],
      ['1', ['C']],
      ['1', ['D']],
    ]);
  });

  it.for([
    [{ guildId: '1', codes: [] }, 'batch', /batch is an object\. Pass an array of/],
    [[null], 'batch[0]', /batch\[0\] is null/],
    [[{ guildId: '1', codes: ['a'] }, '2'], 'batch[1]', /batch\[1\] is the string "2"/],
    [[{ guildId: 2, codes: ['a'] }], 'batch[0].guildId', /batch\[0\]\.guildId is the number 2/],
    [[{ guildId: '2', codes: 'a' }], 'batch[0].codes', /batch\[0\]\.codes is the string "a"/],
    [[{ guildId: '2' }], 'batch[0].codes', /batch\[0\]\.codes is undefined/],
    [[{ guildId: '2', codes: ['a', ' '] }], 'batch[0].codes[1]', /batch\[0\]\.codes\[1\] is the string " "/],
  ] as const)('refuses %j and says where', ([batch, argument, message]) => {
    expect(() => check(batch)).toThrow(message);
    expect(() => check(batch)).toThrow(expect.objectContaining({ argument, code: expect.stringMatching(/^INVALID_/) as string }));
  });
});

describe('keyOf', () => {
  it('divides at the first ":"', () => expect(keyOf('1', 'A:B')).toBe('1:A:B'));
});
