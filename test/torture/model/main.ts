/**
 * `npm run test:torture model`: looks at every order of steps of a small model of a chain, with
 * Spin (Debian's packages `spin` and `gcc`). Two mutations of the model must fail.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MODEL = fileURLToPath(new URL('chain.pml', import.meta.url));
const MUTATIONS = ['-DNO_TOKEN', '-DNO_LOCK'];

if (spawnSync('spin', ['-V']).error !== undefined) console.log('model: spin is not installed, so nothing was looked at');
else for (const mutation of [undefined, ...MUTATIONS]) look(mutation);

function look(mutation: string | undefined): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'model-'));
  const run = (command: string, ...args: string[]): string => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });
  run('spin', '-a', ...(mutation === undefined ? [] : [mutation]), MODEL);
  run('gcc', '-O1', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c');
  const output = run('./pan', '-m1000000');
  fs.rmSync(folder, { recursive: true });
  const errors = Number(/errors: (\d+)/.exec(output)?.[1]);
  const states = Number(/(\d+) states, stored/.exec(output)?.[1]);
  // The search stops at the first error, and tells if it was not of all states.
  const isWrong = Number.isNaN(errors + states) || output.includes('max search depth') || errors > 0 !== (mutation !== undefined);
  console.log(`model${mutation ?? ''}: ${states} states, ${errors} errors${isWrong ? ': WRONG' : ''}`);
  if (isWrong) process.exitCode = 1;
}
