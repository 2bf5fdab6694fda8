import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const sections = read('docs/errors.md').split(/^### /m).slice(1);

it('the page has every error code once, and no other', () => {
  const [, union = ''] = /export type SentCodeStoreErrorCode =([^;]*);/.exec(read('src/contract/errors.ts')) ?? [];
  const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!);
  expect(codes.length).toBeGreaterThan(20);
  expect(sections.map((section) => section.split('\n')[0]!).sort()).toEqual(codes.sort());
});

it.each(sections.map((section) => section.split('\n')))(
  'says of %s when it comes, whether to try again, and what to do',
  (...lines) => {
    expect(lines.join(' ')).toMatch(
      /\*\*When\*\*: .+ _Try again_: (yes|no|as the error says|as its cause)\..*\*\*What to do\*\*: /,
    );
  },
);
