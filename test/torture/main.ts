/**
 * The long form of the suites of this folder: `npm run test:torture`, or some of them:
 * `npm run test:torture histories leaks`. Each suite is a process and prints its seeds, its counts,
 * and what it found broken. `TORTURE_SEED=7 npm run test:torture histories` runs one seed again:
 * the same calls and accidents are chosen, and processes and network decide anew what meets what.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const suites = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/main.ts`));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : suites;
const unknown = chosen.filter((name) => !suites.includes(name));
if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(', ')}. There are: ${suites.join(', ')}.`);

for (const suite of chosen) {
  console.log(`\n== ${suite}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', `${folder}${suite}/main.ts`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
