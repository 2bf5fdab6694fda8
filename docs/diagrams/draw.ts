/** Draws the diagram of a code's states from the state machine itself: run `npm run diagrams`. */
import { writeFileSync } from 'node:fs';
import { instance } from '@viz-js/viz';
import { stateArrows } from './state-arrows.js';

const colours = { absent: '#e8f0e4', claimed: '#e3ecf7', uncertain: '#fbe9d0', sent: '#dcdcdc' };

/** The diagram as DOT. */
export function statesAsDot(): string {
  const labels = new Map<string, string[]>();
  for (const { from, to, label } of stateArrows()) {
    const arrow = `${from} -> ${to}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), label]);
  }
  const nodes = Object.entries(colours).map(([state, colour]) => `  ${state} [fillcolor="${colour}"];`);
  const arrows = [...labels].map(([arrow, lines]) => `  ${arrow} [label=" ${lines.join('\\l ')}\\l"];`);
  return [
    'digraph states {',
    '  graph [rankdir=LR, nodesep=0.7, ranksep=1.6, fontname="Helvetica", bgcolor="white"];',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=14, margin="0.25,0.15"];',
    '  edge [fontname="Helvetica", fontsize=11, color="#555555"];',
    ...nodes,
    ...arrows,
    '}',
  ].join('\n');
}

/** The diagram as SVG. */
export async function statesAsSvg(): Promise<string> {
  return (await instance()).renderString(statesAsDot(), { format: 'svg' });
}

/** Where the diagram is kept. */
export const statesFile = new URL('code-states.svg', import.meta.url);

if (process.argv[1] === import.meta.filename) writeFileSync(statesFile, await statesAsSvg());
