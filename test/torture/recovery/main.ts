/** The long form of the recovery: 100 cuts for each version of the driver. */
import { chooseServer } from '../../tools/mongo/choose-server.js';
import { report, seedsOf } from '../seeds.js';
import { recover } from './recovery.js';

const cuts = Number(process.env['CUTS'] ?? 100);
const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
try {
  for (const seed of seedsOf(1)) {
    for (const version of [7, 6] as const) {
      const { broken, ...counts } = await recover(version, { seed, uri: server.info.uri, cuts });
      report(`driver ${version}`, seed, counts, broken);
    }
  }
} finally {
  await server.stop();
}
