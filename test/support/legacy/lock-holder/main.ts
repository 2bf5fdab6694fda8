import { lockStateFile } from '../../../../src/stores/legacy/state-lock.js';

// Takes the lock of a state file (for a platform), says so, and keeps it until it is killed.
const [path = '', platform] = process.argv.slice(2);
void lockStateFile(path, 5_000, platform as NodeJS.Platform | undefined).then(() => {
  process.stdout.write('held\n');
  setInterval(() => undefined, 60_000);
});
