import fc from 'fast-check';
import { type Identity, urlIdentity } from 'sent-code-store';
import { describe, expect, it } from 'vitest';

/** What the rules look at: escapes and halves of them, delimiters, dots, names that are dropped, letters outside of ASCII. */
const tail = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      ...['%', '2', 'e', 'E', '5', 'f', 'A', '.', '/', '\\', '?', '&', '=', '+', '#', ';', ':', '@', '*', '$'],
      ...["'", '"', '|', '^', '`', '[', ']', '{', ' ', '\u00e9', '\u{1f381}', '\u017f', '\u0130', 'utm_', 'fbclid', 'v=', '~'],
    ),
    maxLength: 20,
  }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const host = fc.oneof(
  fc.constantFrom('youtu.be', 'YouTu.be', 'm.example.com', 'example.com', 'user:pa%7ess@example.com', 'example.com:80', '[::1]'),
  fc.domain(),
);
const link = fc
  .tuple(fc.constantFrom('http', 'https', 'HTTPS'), host, fc.constantFrom('', '/', '/a/', '?', '#'), tail)
  .map(([scheme, name, start, rest]) => `${scheme}://${name}${start}${rest}`);

const identities = [
  urlIdentity(),
  urlIdentity({
    keepFragment: true,
    dropParams: ['v', 'e*'],
    keepParams: ['utm_source'],
    hostAliases: { 'youtu.be': 'www.youtube.com/watch?v=*', 'm.example.com': 'example.com', 'b.example': 'example.com/x/*/y' },
  }),
];

/** The identity of a link; `undefined` for what is none. */
function identityOf(spelling: string, identity: Identity): string | undefined {
  return URL.canParse(spelling) && !/[\t\r\n]/.test(spelling.trim()) ? identity.normalize(spelling) : undefined;
}

describe.for(identities)('urlIdentity: $name', (identity) => {
  it('is a fixed point: applied to its own result it changes nothing', () => {
    fc.assert(
      fc.property(link, (spelling) => {
        const code = identityOf(spelling, identity);
        if (code !== undefined) expect(identity.normalize(code)).toBe(code);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives plain ASCII in the form that the URL parser gives', () => {
    fc.assert(
      fc.property(link, (spelling) => {
        const code = identityOf(spelling, identity);
        if (code === undefined) return;
        expect(code).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
        expect(new URL(code).href).toBe(code);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not tell apart what differs in escapes, order, tracking or slashes at the end', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const params = fc.uniqueArray(fc.tuple(name, fc.stringMatching(/^[\w~.-]{1,4}$/)), { selector: ([first]) => first });
    fc.assert(
      fc.property(params, fc.stringMatching(/^[a-z~.-]{1,8}x$/), (pairs, path) => {
        const escaped = (text: string): string => text.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`);
        const plain = `https://example.com/${path}?${pairs.map((pair) => pair.join('=')).join('&')}`;
        const other = [...pairs.map(([key, value]) => `${key}=${escaped(value)}`), 'utm_term=1'].reverse().join('&');
        expect(identity.normalize(`HTTPS://EXAMPLE.com:443/${escaped(path)}/?${other}`)).toBe(identity.normalize(plain));
      }),
      { numRuns: 2000 },
    );
  });
});
