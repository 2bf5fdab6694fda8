/**
 * `npm run test:mutation`, or some targets of targets.mjs: `npm run test:mutation domain core`.
 * `MUTATION_FILES=src/core/claims.ts` mutates these files of one target, `MUTATION_TESTS` has these
 * tests of it judge, and `MUTATION_SAMPLE=4` takes every fourth mutant, always the same. The reports
 * of the targets are in .test-results.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { targets } from './targets.mjs';

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
const unknown = chosen.filter((name) => !(name in targets));
if (unknown.length > 0)
  throw new Error(`There is no target ${unknown.join(', ')}. There are: ${Object.keys(targets).join(', ')}.`);
const stryker = '.config/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
const KILLED = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];

for (const name of chosen) {
  const env = { ...process.env, MUTATION_TARGET: name };
  const { status } = spawnSync(process.execPath, [stryker, 'run', '.config/mutation/stryker.config.mjs'], {
    env,
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.exitCode = 1;
    continue;
  }
  const { files } = JSON.parse(readFileSync(`.test-results/mutation-${name}.json`, 'utf8'));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (states) => mutants.filter((mutant) => states.includes(mutant.status)).length;
  const [killed, alive] = [count(KILLED), count(ALIVE)];
  console.log(`${name}: ${killed} of ${killed + alive} mutants noticed, ${((100 * killed) / (killed + alive)).toFixed(1)} %`);
}
