import fs from 'node:fs';
import path from 'node:path';

/** Bytes at which the stores of these tests fold their journal. */
export const FOLD_AT = 400;

/** Resolves when no journal is to be folded, or is being folded. */
export async function foldingIsOver(folder: string): Promise<void> {
  while (isFolding(folder)) await new Promise((resolve) => setImmediate(resolve));
}

function isFolding(folder: string): boolean {
  const names = fs.readdirSync(folder);
  const journals = names.filter((name) => /\.journal\.\d+$/.test(name));
  const size = fs.statSync(path.join(folder, journals[0]!), { throwIfNoEntry: false })?.size ?? FOLD_AT;
  return journals.length !== 1 || names.some((name) => name.endsWith('.unfinished')) || size >= FOLD_AT;
}
