import fs from 'node:fs';

/** Bytes at which the stores of these tests fold their journal. */
export const FOLD_AT = 400;

const QUIET_TURNS = 10;

/** After so many turns a folding has failed, and is tried again when more was written. */
const MOST_TURNS = 1000;

/** Resolves when no journal has been folded for a few turns of the event loop. */
export async function foldingIsOver(folder: string): Promise<void> {
  for (let quiet = 0, turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; quiet += 1, turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isFolding(folder)) quiet = 0;
  }
}

function isFolding(folder: string): boolean {
  const names = namesIn(folder);
  if (names === undefined) return true;
  return (
    names.some((name) => name.endsWith('.unfinished')) ||
    names.filter((name) => /^sent\.json\.journal\.\d+$/.test(name)).length > 1
  );
}

/** Nothing if this look is a call that a test lets fail. */
function namesIn(folder: string): string[] | undefined {
  try {
    return fs.readdirSync(folder);
  } catch {
    return undefined;
  }
}
