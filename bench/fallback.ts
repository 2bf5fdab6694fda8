/** What a FallbackStore adds to MongoDB alone while all is well, and to the JSON file alone in an outage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SentCodeStore } from '../src/index.js';
import { startTcpProxy } from '../test/tools/tcp-proxy/tcp-proxy.js';
import { freshCodes, guildOf } from './tools/codes.js';
import { compare, type Contender } from './tools/compare.js';
import { startMongo } from './tools/mongo.js';
import { contestants, OURS, type Package } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { print, rowsOf, type Row } from './tools/rows.js';

type Packages = Awaited<ReturnType<typeof contestants>>;

const ROUNDS = isQuick ? 20 : 100;
const guildId = guildOf(0);
const fresh = freshCodes();
const known = fresh(100);

/** A chain and the member that it is compared with, of one build. */
interface Pair {
  readonly alone: SentCodeStore;
  readonly chain: SentCodeStore;
  readonly aloneName: string;
  readonly chainName: string;
}

const folder = mkdtempSync(join(tmpdir(), 'fallback-bench-'));
const mongo = await startMongo();
const proxy = await startTcpProxy(mongo.uri);
try {
  const packages = await contestants();
  const rows = [...(await whileAllIsWell(packages)), ...(await inAnOutage(packages))];
  print(rows);
  writeResult('fallback', { server: mongo.server, rows });
} finally {
  await mongo.close();
  await proxy.close();
  rmSync(folder, { recursive: true });
}

async function whileAllIsWell(packages: Packages): Promise<Row[]> {
  const pairs = await Promise.all(
    packages.map(async ({ name, library }) => {
      const { MongoStore } = library;
      const alone = new MongoStore({ collection: (await mongo.connect()).db.collection(`alone-${name}`) });
      const first = new MongoStore({ collection: (await mongo.connect()).db.collection(`chained-${name}`) });
      return pairOf(name, 'MongoStore alone', alone, chainOf(library, first, `well-${name}`));
    }),
  );
  return finish(pairs, [
    ...(await scenario('all is well: look up known codes', pairs, 0)),
    ...(await scenario('all is well: mark new codes', pairs, 10)),
  ]);
}

async function inAnOutage(packages: Packages): Promise<Row[]> {
  const pairs = await Promise.all(
    packages.map(async ({ name, library }) => {
      const { MongoStore, JsonFileStore } = library;
      const alone = new JsonFileStore({ path: join(folder, `alone-${name}.json`) });
      const first = new MongoStore({ collection: (await mongo.connect(proxy.uri)).db.collection(`cut-${name}`) });
      return pairOf(name, 'JsonFileStore alone', alone, chainOf(library, first, `cut-${name}`));
    }),
  );
  for (const { chain } of pairs) await chain.markSent(guildId, known);
  await proxy.mode('refuse');
  // The first call finds out; the hundredth is what an outage costs.
  for (const { chain } of pairs) for (let call = 0; call < 100; call += 1) await chain.markSent(guildId, fresh(1));
  return finish(pairs, [
    ...(await scenario('outage: look up known codes', pairs, 0)),
    ...(await scenario('outage: mark new codes', pairs, 1)),
    ...(await scenario('outage: mark new codes', pairs, 10)),
  ]);
}

function chainOf({ FallbackStore, JsonFileStore }: Package, first: SentCodeStore, file: string): SentCodeStore {
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return new FallbackStore([first, new JsonFileStore({ path: join(folder, `${file}.json`) })], {
    whenDegraded: 'continue',
    logger,
  });
}

function pairOf(build: string, what: string, alone: SentCodeStore, chain: SentCodeStore): Pair {
  const suffix = build === OURS ? '' : `, ${build}`;
  return { alone, chain, aloneName: `${what}${suffix}`, chainName: `FallbackStore${suffix}` };
}

/** @param count - new codes to mark, or 0 for a look-up of the known ones */
async function scenario(title: string, pairs: readonly Pair[], count: number): Promise<Row[]> {
  for (const { alone, chain } of pairs) for (const store of [alone, chain]) await store.markSent(guildId, known);
  const contender = (name: string, store: SentCodeStore): Contender => {
    let codes = known;
    return count === 0
      ? { name, run: () => store.filterUnsent(guildId, codes) }
      : { name, prepare: () => void (codes = fresh(count)), run: () => store.markSent(guildId, codes) };
  };
  const figures = await compare(
    pairs.flatMap(({ aloneName, alone, chainName, chain }) => [contender(aloneName, alone), contender(chainName, chain)]),
    ROUNDS,
  );
  // Each build beside its own member.
  return pairs.flatMap(({ aloneName, chainName }) => {
    const own = figures.filter(({ who }) => who === aloneName || who === chainName);
    return rowsOf(title, count === 0 ? known.length : count, own, aloneName);
  });
}

async function finish(pairs: readonly Pair[], rows: Row[]): Promise<Row[]> {
  for (const { alone, chain } of pairs) for (const store of [alone, chain]) await store.close();
  return rows;
}
