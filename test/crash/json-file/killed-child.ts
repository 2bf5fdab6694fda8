import fs from 'node:fs';
import path from 'node:path';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { type FileCall, interceptedFiles } from '../../support/json-file/intercepted-files.js';
import { filesInTurns } from '../../support/json-file/files-in-turns.js';
import { FOLD_AT, foldingIsOver } from './folding.js';
import { SCRIPT } from './script.js';

/**
 * Runs the workload and kills itself before its n-th step on the file system; a write is two steps, the second after half of it. What was begun and
 * what was acknowledged goes to a file first.
 */
const [folder = '', log = '', limit = ''] = process.argv.slice(2);
let steps = 0;

void main();

async function main(): Promise<void> {
  const file = path.join(folder, 'sent.json');
  const files = interceptedFiles(step, filesInTurns);
  const store = new JsonFileStore(
    withTestSeams({ path: file }, { files, compactAtBytes: { least: FOLD_AT, most: FOLD_AT }, pieceBytes: 200 }),
  );
  for (const [group, members] of SCRIPT.entries()) {
    await Promise.all(
      members.map(async (member, index) => {
        note(`begun ${group} ${index}`);
        await member.run(store);
        note(`done ${group} ${index}`);
      }),
    );
    // Every other group meets a compaction that is under way.
    if (group % 2 === 1) await foldingIsOver(folder);
  }
  await store.close();
  note(`end ${steps}`);
}

function step(call: FileCall): void {
  dieAt((steps += 1));
  if (call.name !== 'write' || call.length < 2) return;
  steps += 1;
  if (steps < Number(limit)) return;
  // Half of the write reaches the file; the next look of the loop that writes the rest is where it ends.
  call.cut = call.length >> 1;
}

function dieAt(now: number): void {
  if (now >= Number(limit)) process.kill(process.pid, 'SIGKILL');
}

function note(line: string): void {
  fs.appendFileSync(log, `${line}\n`);
}
