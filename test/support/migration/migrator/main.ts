import { migrateLegacyState } from '../../../../src/migration/migrate-legacy-state.js';
import { JsonFileStore } from '../../../../src/stores/json-file/json-file-store.js';
import { legacyStateFile } from '../../../../src/stores/legacy/state-file.js';

// Migrates a state file into a JSON file and prints how many codes are in after each batch. After the batch of a number it stands still, or dies as soon
// as it waits for the disk.
const [statePath = '', storePath = '', how, batch] = process.argv.slice(2);
let batches = 0;

void main();

async function main(): Promise<void> {
  const report = await migrateLegacyState({
    from: legacyStateFile(statePath),
    to: new JsonFileStore({ path: storePath }),
    markLegacyState: true,
    onProgress: ({ migrated, alreadyThere }) => {
      batches += 1;
      process.stdout.write(`${migrated + alreadyThere}\n`);
      if (String(batches) !== batch) return;
      if (how === 'stand') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      else setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    },
  });
  process.stdout.write(`${report.status}\n`);
}
