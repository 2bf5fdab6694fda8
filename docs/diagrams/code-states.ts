import { type Mood, render } from './render.js';
import { stateArrows } from './state-arrows.js';

const moods: Record<string, Mood> = { absent: 'calm', claimed: 'busy', uncertain: 'alarm', sent: 'done' };

/** The states of a code, drawn from the state machine itself. */
export async function codeStates(): Promise<string> {
  const labels = new Map<string, string[]>();
  for (const { from, to, label } of stateArrows()) {
    const arrow = `${from} -> ${to}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), label]);
  }
  const nodes = Object.entries(moods).map(([state, mood]) => `  ${state} [class=${mood}];`);
  const arrows = [...labels].map(([arrow, lines]) => `  ${arrow} [label=" ${lines.join('\\l ')}\\l"];`);
  return render(['  graph [rankdir=LR, nodesep=0.7, ranksep=1.6];', ...nodes, ...arrows], 'States of a code');
}
