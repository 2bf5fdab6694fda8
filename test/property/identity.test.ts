import fc from 'fast-check';
import { normalizeCode } from 'sent-code-store';
import { describe, expect, it } from 'vitest';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  // What the rule looks at: white space, letters with odd cases, combining marks, half of a surrogate pair.
  fc.string({
    unit: fc.constantFrom(
      ' ',
      '\t',
      '\x1c',
      '\x85',
      '\u00a0',
      '\ufeff',
      '\u00a8',
      '\u00b4',
      '\u0345',
      '\u0307',
      '\u0390',
      '\u1fb3',
      '\u0130',
      '\u0131',
      '\u00df',
      '\ufb03',
      '\u1e9e',
      '\u03c2',
      '\uff49',
      'a',
      'i',
      'J',
      '\u030c',
      '\ud800',
      '\udc00',
    ),
    maxLength: 12,
  }),
);

/** Python's `code.strip().upper()` for ASCII. */
function pythonStripUpper(code: string): string {
  const white = new Set(['\t', '\n', '\v', '\f', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ']);
  const characters = code.split('');
  while (white.has(characters[0] ?? '')) characters.shift();
  while (white.has(characters.at(-1) ?? '')) characters.pop();
  return characters
    .map((character) => (character >= 'a' && character <= 'z' ? String.fromCharCode(character.charCodeAt(0) - 32) : character))
    .join('');
}

describe('normalizeCode', () => {
  it('is a fixed point: applied to its own result it changes nothing', () => {
    fc.assert(
      fc.property(anyText, (code) => {
        const identity = normalizeCode(code);
        expect(normalizeCode(identity)).toBe(identity);
      }),
      { numRuns: 3000 },
    );
  });

  it('is a fixed point for every character by itself, and beside a letter', () => {
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      for (const code of [character, `a${character}`, `${character}a`]) {
        const identity = normalizeCode(code);
        if (normalizeCode(identity) !== identity) throw new Error(`U+${point.toString(16)} in ${JSON.stringify(code)}`);
      }
    }
  });

  it('is strip().upper() of Python for ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 20 }), (code) => {
        expect(normalizeCode(code)).toBe(pythonStripUpper(code));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not tell apart what differs in case, width, composition or white space at the ends', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\x1d', '\u2003'), maxLength: 3 }),
        (code, space) => {
          const identity = normalizeCode(code);
          for (const spelling of [`${space}${code}${space}`, code.normalize('NFKC')])
            expect(normalizeCode(spelling)).toBe(identity);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('leaves nothing to trim, to compose or to put in upper case', () => {
    fc.assert(
      fc.property(anyText, (code) => {
        const identity = normalizeCode(code);
        expect(identity.trim()).toBe(identity);
        expect(identity.normalize('NFKC')).toBe(identity);
        expect(identity.toUpperCase()).toBe(identity);
      }),
      { numRuns: 2000 },
    );
  });
});
