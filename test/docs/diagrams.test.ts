import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { statesAsSvg, statesFile } from '../../docs/diagrams/draw.js';
import { stateArrows } from '../../docs/diagrams/state-arrows.js';

it('the diagram of the states is the one that the state machine draws', async () => {
  expect(readFileSync(statesFile, 'utf8')).toBe(await statesAsSvg());
});

it('docs/guarantees.md names every arrow of the diagram', () => {
  const page = readFileSync(new URL('../../docs/guarantees.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  const rows = stateArrows().map(({ from, to, label }) => `| ${from} | ${to} | ${label} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
});
