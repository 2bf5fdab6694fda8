/**
 * What a large delivery costs: a hundred thousand codes to one guild, and ten codes to many guilds. Memory is what stays on the heap after a collection,
 * over what the caller had before; steps are commands of MongoDB, or syncs of the file. Each case runs in a process of its own.
 */
import { execFileSync } from 'node:child_process';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SentCodeStore } from '../src/index.js';
import { codesOf, guildOf } from './tools/codes.js';
import { startMongo } from './tools/mongo.js';
import { contestants, OURS } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import type { Delivered } from './tools/results.js';

const CODES = isQuick ? 1e4 : 1e5;
const PER_MESSAGE = 25;
const GUILDS = isQuick ? [100, 1000] : [1000, 10_000];
const SAMPLES = 8;

/** What keeps the records, and how many of its steps are behind it. */
interface Target {
  readonly store: SentCodeStore;
  readonly server?: string;
  steps(): number;
  close(): Promise<void>;
}

if (process.argv[2] !== undefined) await runCase(process.argv.slice(2));
else await main();

async function main(): Promise<void> {
  const builds = (await contestants()).map(({ name }) => name);
  const rows: Delivered[] = [];
  for (const build of builds) {
    for (const store of ['JSON', 'MongoDB']) {
      rows.push(inProcess('codes', store, build, CODES));
      for (const guilds of store === 'JSON' ? GUILDS : GUILDS.slice(0, 1)) rows.push(inProcess('guilds', store, build, guilds));
    }
  }
  console.table(rows);
  writeResult('delivery', { codes: CODES, perMessage: PER_MESSAGE, rows });
}

function inProcess(...args: readonly (string | number)[]): Delivered {
  const node = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), ...args.map(String)];
  const output = execFileSync(process.execPath, node, { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Delivered;
}

async function runCase([kind, where, build = OURS, size = '0']: readonly string[]): Promise<void> {
  // Before the package is loaded, which keeps the function that it finds.
  const syncs = countSyncs();
  const { library } = (await contestants()).find(({ name }) => name === build)!;
  const count = Number(size);
  const folder = mkdtempSync(join(tmpdir(), 'delivery-bench-'));
  const target = where === 'JSON' ? await jsonTarget() : await mongoTarget();
  await target.store.ping();
  const codes = kind === 'codes' ? codesOf(0, count) : codesOf(0, 10);
  const guilds = kind === 'codes' ? [guildOf(0)] : Array.from({ length: count }, (_, guild) => guildOf(guild));
  const sampled = Math.floor((kind === 'codes' ? count / PER_MESSAGE : count) / SAMPLES);
  const stepsBefore = target.steps();
  const heapBefore = liveHeap();
  let messages = 0;
  let heap = 0;
  let paused = 0;
  const sample = (): void => {
    const start = performance.now();
    heap = Math.max(heap, liveHeap() - heapBefore);
    paused += performance.now() - start;
  };
  const start = performance.now();
  const report = await library.announce(target.store, {
    ...{ guilds, codes, concurrency: 50, maxPerMessage: PER_MESSAGE, allowFlood: true },
    send: async () => {
      messages += 1;
      if (messages % sampled === 0) sample();
    },
  });
  const seconds = (performance.now() - start - paused) / 1000;
  // The report is what the caller holds at the end.
  sample();
  const delivered: Delivered = {
    what: kind === 'codes' ? `${count} codes to one guild` : `10 codes to ${count} guilds`,
    ...{ store: where ?? '', build, messages, seconds: Number(seconds.toPrecision(3)) },
    heapMB: Math.round(heap / 1e5) / 10,
    steps: target.steps() - stepsBefore,
    ...(target.server === undefined ? {} : { server: target.server }),
  };
  if (messages === 0) throw new Error(`nothing was sent: ${library.summarize(report).join('; ')}`);
  await target.close();
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify(delivered));

  async function jsonTarget(): Promise<Target> {
    const store = new library.JsonFileStore({ path: join(folder, 'sent.json') });
    return { store, steps: syncs, close: () => store.close() };
  }

  async function mongoTarget(): Promise<Target> {
    const mongo = await startMongo();
    const { db, commands } = await mongo.connect();
    const store = new library.MongoStore({ collection: db.collection('sent_giftcodes') });
    const close = async (): Promise<void> => {
      await store.close();
      await mongo.close();
    };
    return { store, steps: commands, close, server: mongo.server };
  }
}

function countSyncs(): () => number {
  let syncs = 0;
  const { fdatasync } = fs;
  fs.fdatasync = ((fd, callback) => {
    syncs += 1;
    fdatasync(fd, callback);
  }) as typeof fdatasync;
  return () => syncs;
}

function liveHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
