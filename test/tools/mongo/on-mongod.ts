import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { type Cluster, startReplicaSet, startShardedCluster } from './clusters.js';
import { findMongod, startMongod } from './local-mongod.js';

/**
 * `npm run test:mongod [standalone] [replica-set] [sharded]`: the Mongo suite on real servers of
 * MongoDB, all three kinds if none is named. Downloads mongod where there is none. mongos, which is
 * not in that download, is `MONGOS_BINARY`, or stands beside mongod or in PATH.
 */
const KINDS = ['standalone', 'replica-set', 'sharded'] as const;
type Kind = (typeof KINDS)[number];

/** What the suite is on every kind, and what only one kind has. */
const SUITE = ['mongo'];
const OWN_TESTS: Record<Kind, readonly string[]> = {
  standalone: [],
  'replica-set': ['test/fault/mongo/step-down.test.ts'],
  sharded: ['test/fault/mongo/sharded.test.ts'],
};

async function start(kind: Kind, mongod: string): Promise<Cluster> {
  if (kind === 'replica-set') return startReplicaSet(mongod);
  if (kind === 'sharded') return startShardedCluster(mongod, await findMongos(mongod));
  const { uri, stop } = await startMongod(mongod);
  return { uri, env: {}, stop };
}

async function findMongos(mongod: string): Promise<string> {
  const folders = [dirname(mongod), ...(process.env['PATH'] ?? '').split(delimiter)];
  const candidates = [process.env['MONGOS_BINARY'], ...folders.map((folder) => join(folder, 'mongos'))];
  for (const path of candidates) {
    if (path === undefined) continue;
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error('There is no mongos: set MONGOS_BINARY, or put it in PATH. The archives of MongoDB have it beside mongod.');
}

/** Whether all tests passed. */
async function runTests(paths: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn('npx', ['vitest', 'run', ...paths], { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

/** The tests of this kind last: a step-down makes another node the primary. */
async function runOn(kind: Kind, mongod: string): Promise<boolean> {
  console.log(`\n== ${kind}`);
  const cluster = await start(kind, mongod);
  try {
    const suite = await runTests(SUITE, { MONGODB_URI: cluster.uri });
    const own = OWN_TESTS[kind];
    return (own.length === 0 || (await runTests(own, { MONGODB_URI: cluster.uri, ...cluster.env }))) && suite;
  } finally {
    await cluster.stop();
  }
}

function kindsOf(names: readonly string[]): readonly Kind[] {
  if (names.length === 0) return KINDS;
  return names.map((name) => {
    const kind = KINDS.find((known) => known === name);
    if (kind === undefined) throw new Error(`${name} is none of: ${KINDS.join(', ')}`);
    return kind;
  });
}

const kinds = kindsOf(process.argv.slice(2));
const mongod = await findMongod(process.env);
if (mongod === undefined)
  throw new Error('There is no mongod, and none could be downloaded. Set MONGOMS_SYSTEM_BINARY, or put it in PATH.');
console.log(`mongod at ${mongod.path} (${mongod.where})`);
const failed: Kind[] = [];
for (const kind of kinds) if (!(await runOn(kind, mongod.path))) failed.push(kind);
console.log(failed.length === 0 ? '\nAll passed.' : `\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
