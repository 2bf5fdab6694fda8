import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withAbsoluteLinks, withRelativeLinks } from '../../.ci/release/readme.js';
import { fieldsFor, type Manifest } from '../../.ci/release/repository.js';

const manifest: Manifest = { name: 'sent-code-store', version: '1.2.3', ...fieldsFor('https://github.com/us/store') };

const pairs: readonly (readonly [relative: string, absolute: string])[] = [
  ['[a page](docs/a.md)', '[a page](https://github.com/us/store/blob/v1.2.3/docs/a.md)'],
  ['[a place in it](docs/a.md#b)', '[a place in it](https://github.com/us/store/blob/v1.2.3/docs/a.md#b)'],
  ['![a drawing](docs/a.svg)', '![a drawing](https://raw.githubusercontent.com/us/store/v1.2.3/docs/a.svg?sanitize=true)'],
  ['<img src="docs/a.png" alt="">', '<img src="https://raw.githubusercontent.com/us/store/v1.2.3/docs/a.png" alt="">'],
  [
    '[![tests](../../actions/workflows/test.yml/badge.svg)](../../actions)',
    '[![tests](https://github.com/us/store/actions/workflows/test.yml/badge.svg)](https://github.com/us/store/actions)',
  ],
];
const untouched = [
  '[elsewhere](https://example.org/docs/a.md)',
  '[below](#faq)',
  '`calls[0](docs/a.md)`',
  '```ts\ncalls[0](docs/a.md);\n```',
];

describe('the links of the README', () => {
  it.for(pairs)('%s is rewritten for npm, and back', ([relative, absolute]) => {
    expect(withAbsoluteLinks(relative, manifest)).toBe(absolute);
    expect(withAbsoluteLinks(absolute, manifest)).toBe(absolute);
    expect(withRelativeLinks(absolute, manifest)).toBe(relative);
  });

  it.for(untouched)('%s stays', (text) => {
    expect(withAbsoluteLinks(text, manifest)).toBe(text);
    expect(withRelativeLinks(text, manifest)).toBe(text);
  });

  it('are relative in git, and come back from npm as they were', () => {
    const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;
    expect(withRelativeLinks(text, own), 'an interrupted npm pack leaves absolute links: npm run postpack').toBe(text);
    expect(withRelativeLinks(withAbsoluteLinks(text, own), own)).toBe(text);
  });
});
