import { type Mood, render } from './render.js';

const moods: Record<string, Mood> = { healthy: 'calm', recovering: 'busy', degraded: 'alarm', failed: 'done' };

const arrows = [
  ['start', 'healthy', 'the first store answers'],
  ['start', 'degraded', 'it does not'],
  ['healthy', 'degraded', 'a call of the first store fails,\\l  or takes longer than operationTimeoutMs'],
  ['degraded', 'recovering', 'a probe succeeds'],
  ['recovering', 'degraded', 'it fails again'],
  ['recovering', 'healthy', 'what was pending is in it'],
  ['degraded', 'failed', 'the last mirror fails too'],
  ['failed', 'degraded', 'a mirror answers'],
  ['failed', 'recovering', 'the first store answers'],
] as const;

/** The states of a chain of stores. */
export async function fallbackStates(): Promise<string> {
  return render(
    [
      '  graph [nodesep=1.3, ranksep=0.7];',
      '  start [shape=circle, class=start, label="", width=0.2, margin=0];',
      ...Object.entries(moods).map(([state, mood]) => `  ${state} [class=${mood}];`),
      ...arrows.map(([from, to, label]) => `  ${from} -> ${to} [label="  ${label}\\l"];`),
    ],
    'States of a FallbackStore',
  );
}
