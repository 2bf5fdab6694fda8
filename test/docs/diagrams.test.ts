import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { diagrams } from '../../docs/diagrams/draw.js';
import { stateArrows } from '../../docs/diagrams/state-arrows.js';

it.for(diagrams.map((diagram) => ({ ...diagram, name: basename(diagram.file.pathname) })))(
  '$name is what npm run diagrams draws',
  async ({ file, draw }) => {
    expect(readFileSync(file, 'utf8')).toBe(await draw());
  },
);

it('docs/guarantees.md names every arrow of the diagram', () => {
  const page = readFileSync(new URL('../../docs/guarantees.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  const rows = stateArrows().map(({ from, to, label }) => `| ${from} | ${to} | ${label} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
});
