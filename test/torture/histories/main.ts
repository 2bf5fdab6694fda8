/**
 * The long form of the histories: 4 to 8 processes with a MongoStore each on one collection; then one
 * process, and two, with a FallbackStore each. `TORTURE_KIND=MongoStore`, `'one chain'` or
 * `'two chains'` runs one of the three. Records of a history that breaks something are kept in `.test-results/torture`.
 */
import { cleanUpAfterFile } from '../../tools/after-file.js';
import { chooseServer } from '../../tools/mongo/choose-server.js';
import { report, seedsOf, sumOf } from '../seeds.js';
import { runChainHistory } from './chain-history.js';
import { runMongoHistory } from './mongo-history.js';
import type { Verdict } from './verdict.js';

const CHAIN = { paceMs: 10, between: { kills: 300, stops: 250 } } as const;

const kinds: Record<string, { seeds: number; run: (uri: string, seed: number) => Promise<Verdict> }> = {
  MongoStore: {
    seeds: 12,
    run: (uri, seed) =>
      runMongoHistory(uri, { seed, bots: 4 + (seed % 5), commands: 6000, paceMs: 10, between: { kills: 350, stops: 250 } }),
  },
  'one chain': { seeds: 10, run: (uri, seed) => runChainHistory(uri, { seed, bots: 1, acts: 12, ...CHAIN }) },
  'two chains': { seeds: 8, run: (uri, seed) => runChainHistory(uri, { seed, bots: 2, acts: 12, ...CHAIN }) },
};

const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
try {
  const { TORTURE_KIND: only } = process.env;
  for (const [kind, { seeds, run }] of Object.entries(kinds)) {
    if (only !== undefined && only !== kind) continue;
    const verdicts: Verdict[] = [];
    for (const seed of seedsOf(seeds)) {
      const verdict = await run(server.info.uri, seed);
      report(kind, seed, verdict.counts, verdict.broken);
      if (verdict.kept !== undefined) console.error(`The records are in ${verdict.kept}.`);
      verdicts.push(verdict);
    }
    console.log(`${kind}, ${verdicts.length} histories: ${JSON.stringify(sumOf(verdicts.map(({ counts }) => counts)))}`);
  }
} finally {
  await server.stop();
  await cleanUpAfterFile();
}
