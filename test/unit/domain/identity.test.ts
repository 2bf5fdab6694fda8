import { giftCodeIdentity, normalizeCode } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { checkCode, foundCode } from '../../../src/domain/identity.js';

describe('normalizeCode', () => {
  it.for([
    ['gift-2024', 'GIFT-2024'],
    ['  a b\t', 'A B'],
    ['\x1c\x1d\x1e\x1fA\x85', 'A'],
    ['\ufeffA\u3000', 'A'],
    ['ＡＢＣ１２３', 'ABC123'],
    ['cafe\u0301', 'CAF\u00c9'],
    ['stra\u00dfe', 'STRASSE'],
    ['\ufb03', 'FFI'],
    ['i', 'I'],
    ['\u0131', 'I'],
    ['', ''],
    [' \n ', ''],
  ])('%j is %j', ([code, identity]) => expect(normalizeCode(code!)).toBe(identity));

  it('leaves white space inside a code, and what is not white space at its ends', () => {
    expect(normalizeCode('a  b\u00a0c')).toBe('A  B C');
    expect(normalizeCode('\x00a\x7f')).toBe('\x00A\x7f');
  });

  it('goes on until nothing changes: NFKC brings a space to the end, upper case undoes NFKC', () => {
    // U+00A8 is a space and a combining diaeresis in NFKC.
    expect(normalizeCode('\u00a8A')).toBe('\u0308A');
    // U+0390 in upper case is three characters that NFKC puts together again.
    expect(normalizeCode(normalizeCode('\u0390'))).toBe(normalizeCode('\u0390'));
  });

  it('makes a name of its own that a store can keep', () => {
    expect(giftCodeIdentity).toEqual({ name: 'gift-code', normalize: normalizeCode });
  });
});

describe('checkCode', () => {
  const check = (value: unknown): string => checkCode(value as string, giftCodeIdentity, 'codes[7]');

  it('gives the identity of a code', () => expect(check(' wos0408 ')).toBe('WOS0408'));

  it.for([
    [7, /codes\[7\] is the number 7\. A code is a string/],
    [undefined, /codes\[7\] is undefined/],
    [['A'], /an array of 1/],
    [new Date(0), /an object of class Date/],
    [' \t', /codes\[7\] is the string " \\t", which is empty as a code\. Leave it out/],
    ['x'.repeat(1025), /codes\[7\] has 1025 characters as a code, 1024 at most: the string "x{60}…"/],
    ['A\ud83d', /lone surrogate, which no store can keep: the string "A\\ud83d"/],
  ] as const)('refuses %j and says what it was', ([value, message]) => {
    expect(() => check(value)).toThrow(message);
    expect(() => check(value)).toThrow(
      expect.objectContaining({ code: 'INVALID_CODE', argument: 'codes[7]', name: 'InvalidInputError' }),
    );
  });

  it('measures the identity, not the spelling', () => {
    expect(check(`${' '.repeat(5000)}x`)).toBe('X');
    expect(() => check('\ufdfa'.repeat(57))).toThrow(/1026 characters/);
  });

  it('takes white space around a code, but not any amount of it', () => {
    expect(check(`x${' '.repeat(16_383)}`)).toBe('X');
    expect(() => check(`x${' '.repeat(16_384)}`)).toThrow(/codes\[7\] has 16385 characters, 16384 at most with white space/);
  });

  it.for([
    ['gives no string', () => undefined],
    ['cuts a character in two', (code: string) => code.slice(0, 1)],
    ['does not settle', (code: string) => `${code}!`],
  ] as const)('refuses an identity that %s', ([, normalize]) => {
    const identity = { name: 'own', normalize: normalize as (code: string) => string };
    expect(() => checkCode('\u{1f381}', identity, 'codes[0]')).toThrow(
      /The identity "own" makes .* of codes\[0\].*Mend its normalize\(\)/,
    );
    expect(() => checkCode('\u{1f381}', identity, 'codes[0]')).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', argument: 'identity' }),
    );
  });

  it('asks the rule that it was given', () => {
    const exact = { name: 'exact', normalize: (code: string) => code };
    expect(checkCode(' a ', exact, 'code')).toBe(' a ');
    expect(() => checkCode('', exact, 'code')).toThrow(/empty/);
  });
});

describe('an identity that throws', () => {
  const identity = {
    name: 'own',
    normalize: (code: string) => {
      if (code.startsWith('#')) return code;
      throw new TypeError('no hash');
    },
  };

  it('refuses the code, and the error has its text and cause', () => {
    expect(() => checkCode('x', identity, 'codes[7]')).toThrow(
      expect.objectContaining({
        code: 'INVALID_CODE',
        argument: 'codes[7]',
        message: 'codes[7] is the string "x". The identity "own" refuses it: no hash',
        cause: new TypeError('no hash'),
      }),
    );
  });

  it('makes no code of what a store finds', () => {
    expect(['#x', 'x', '#'.repeat(2000)].map((found) => foundCode(found, identity))).toEqual(['#x', undefined, undefined]);
    expect(() => foundCode('x', { name: 'own', normalize: (code) => `${code}!` })).toThrow(/Mend its normalize/);
  });
});
