import { takeLock } from '../../../../src/stores/legacy/file-lock.js';

// Takes the lock of a name (for a platform), says so, and keeps it until it is killed.
const [name = '', platform] = process.argv.slice(2);
await takeLock(name, name, 5_000, platform as NodeJS.Platform);
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);
