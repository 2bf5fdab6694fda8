import fs from 'node:fs';
import path from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { filesInTurns, filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import { FOLD_AT } from '../../support/json-file/folding.js';
import { type FileCall, interceptedFiles } from '../../support/json-file/intercepted-files.js';
import { runWorkload } from '../../support/json-file/workload.js';
import type { ChildOptions } from './run-child.js';
import { SCENARIOS } from './scenarios.js';

/**
 * Runs a workload, and writes what was begun and what was acknowledged to a log. With `killAt` it
 * kills itself before its n-th step on the file system; a write is two steps, the second after half
 * of it.
 */
const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const log = fs.openSync(options.log, 'a');
const limit = options.killAt ?? Infinity;
const FILES: Readonly<Record<ChildOptions['files'], FileSystem>> = {
  'in turns': filesInTurns,
  'in turns, without syncs': filesWithoutSyncs,
  'as they are': nodeFileSystem,
};
let steps = 0;

void main();

async function main(): Promise<void> {
  note('start');
  const { workload, recover } = SCENARIOS[options.scenario];
  const files = interceptedFiles(step, FILES[options.files]);
  const file = path.join(options.folder, 'sent.json');
  const store = new JsonFileStore(
    withTestSeams({ path: file, recover }, { files, compactAtBytes: { least: FOLD_AT, most: FOLD_AT }, pieceBytes: 200 }),
  );
  await runWorkload(workload, store, options.folder, (what, name, error) => note(`${what} ${name}${textOf(error)}`));
  for (const [guildId, code] of workload.flat().flatMap(({ keys }) => keys)) {
    const states = await store.states(guildId, [code]).catch(() => undefined);
    if (states !== undefined) note(`says ${guildId}:${code} ${states.get(code)}`);
  }
  await store.close().catch((error: unknown) => note(`unclosed${textOf(error)}`));
  note(`end ${steps}`);
}

function step(call: FileCall): void {
  dieAt((steps += 1));
  if (call.name !== 'write' || call.length < 2) return;
  steps += 1;
  if (steps < limit) return;
  // Half of the write reaches the file; the next look of the loop that writes the rest is where it ends.
  call.cut = call.length >> 1;
}

function dieAt(now: number): void {
  if (now >= limit) process.kill(process.pid, 'SIGKILL');
}

function note(line: string): void {
  fs.writeSync(log, `${line}\n`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? ` ${JSON.stringify([(error as { code?: unknown }).code, error.message])}` : '';
}
