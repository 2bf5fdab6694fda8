/**
 * The long form of the histories: 4 to 8 processes with a MongoStore each on one collection.
 * Records of a history that breaks something are kept in `.test-results/torture`.
 */
import { cleanUpAfterFile } from '../../tools/after-file.js';
import { chooseServer } from '../../tools/mongo/choose-server.js';
import { report, seedsOf, sumOf } from '../seeds.js';
import { runMongoHistory } from './mongo-history.js';
import type { Verdict } from './verdict.js';

const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
try {
  const mongo: Verdict[] = [];
  for (const seed of seedsOf(12)) {
    const options = { seed, bots: 4 + (seed % 5), commands: 6000, paceMs: 10, between: { kills: 350, stops: 250 } };
    const verdict = await runMongoHistory(server.info.uri, options);
    report('MongoStore', seed, verdict.counts, verdict.broken);
    if (verdict.kept !== undefined) console.error(`The records are in ${verdict.kept}.`);
    mongo.push(verdict);
  }
  console.log(`MongoStore, ${mongo.length} histories: ${JSON.stringify(sumOf(mongo.map(({ counts }) => counts)))}`);
} finally {
  await server.stop();
  await cleanUpAfterFile();
}
