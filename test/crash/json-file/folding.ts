import fs from 'node:fs';

/** Bytes at which the stores of these tests fold their journal. */
export const FOLD_AT = 400;

const QUIET_TURNS = 10;

/** Resolves when no journal has been folded for a few turns of the event loop. */
export async function foldingIsOver(folder: string): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isFolding(folder)) quiet = 0;
  }
}

function isFolding(folder: string): boolean {
  const names = fs.readdirSync(folder);
  return names.some((name) => name.endsWith('.unfinished')) || names.filter((name) => name.includes('.journal.')).length > 1;
}
