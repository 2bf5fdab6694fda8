import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/stability.md');

/** The names in code style between two texts of the page. */
function namesBetween(start: string, end: string): string[] {
  const part = page.slice(page.indexOf(start) + start.length, page.indexOf(end));
  return [...part.matchAll(/`([A-Za-z_-]+)`/g)].map(([, name]) => name!).sort();
}

const namesIn = (path: string, pattern: RegExp): string[] => [...read(path).matchAll(pattern)].map(([, name]) => name!).sort();

// To add a name is a line in the page and in the changelog. To change or remove one is a major release.
it('docs/stability.md has every error code, and no other', () => {
  expect(namesBetween('### Error codes', '### Events')).toEqual(namesIn('src/contract/errors.ts', /^ {2}\| '([A-Z_]+)'/gm));
});

it.for([
  ['Of a `FallbackStore`:', 'Of `sendOnce` and `announce`:', 'src/stores/fallback/events.ts'],
  ['Of `sendOnce` and `announce`:', '## What may change', 'src/delivery/events.ts'],
] as const)('docs/stability.md has every event, and no other: %s', ([start, end, file]) => {
  expect(namesBetween(start, end)).toEqual(namesIn(file, /readonly type: '([a-z-]+)'/g));
});
