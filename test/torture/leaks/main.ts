/** The long form of the leaks: 100 000 calls, and 1 000 times open and close, of each store, of a chain a fifth of the calls. `TORTURE_KIND` names one of them. */
import { cleanUpAfterFile } from '../../tools/after-file.js';
import { chooseServer } from '../../tools/mongo/choose-server.js';
import { report } from '../seeds.js';
import { leaksOf, useStore } from './leaks.js';
import { KINDS } from './use.js';

const calls = Number(process.env['CALLS'] ?? 100_000);
const openings = Number(process.env['OPENINGS'] ?? 1000);
const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
try {
  for (const kind of KINDS.filter((one) => one === (process.env['TORTURE_KIND'] ?? one))) {
    // A call of a chain waits for a server and for a disk.
    const leaks = await useStore({ kind, uri: server.info.uri, calls: kind === 'FallbackStore' ? calls / 5 : calls, openings });
    report(kind, 0, leaks, leaksOf(leaks));
  }
} finally {
  await server.stop();
  await cleanUpAfterFile();
}
