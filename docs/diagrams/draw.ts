/** Draws the diagrams of the guides: run `npm run diagrams`. */
import { writeFileSync } from 'node:fs';
import { codeStates } from './code-states.js';
import { fallbackStates } from './fallback-states.js';

/** Each diagram: where it is kept, and what draws it. */
export const diagrams = [
  { file: new URL('code-states.svg', import.meta.url), draw: codeStates },
  { file: new URL('fallback-states.svg', import.meta.url), draw: fallbackStates },
];

if (process.argv[1] === import.meta.filename) for (const { file, draw } of diagrams) writeFileSync(file, await draw());
