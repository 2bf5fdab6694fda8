/** What a compaction costs the marks that are made meanwhile, beside raw appends while a file as long as the snapshot is written and synced. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { openOurs } from './peers/ours.js';
import type { Peer } from './peers/peer.js';
import { openRaw, RAW } from './peers/raw.js';
import { codesOf, freshCodes, guildOf } from './tools/codes.js';
import { quantile, rounded } from './tools/compare.js';
import { contestants } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { twoDigits } from './tools/rows.js';

const RECORDS = isQuick ? 1e5 : 1e6;
const ROUNDS = isQuick ? 2 : 5;
const PIECE = Buffer.alloc(2 ** 20, '{"guild":"1100000000000000000","codes":[["ABCDEFGHIJKL",');
/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 1;

interface Meanwhile {
  readonly times: number[];
  longestBlock: number;
}

const folder = mkdtempSync(join(tmpdir(), 'compaction-bench-'));
const fresh = freshCodes();
const guildId = guildOf(0);
try {
  const raw = await openRaw(join(folder, 'raw'));
  const stores = [];
  for (const { name, library } of await contestants()) {
    const own = mkdtempSync(join(folder, 'store-'));
    const store = await openOurs(name, library)(join(own, 'sent.json'));
    for (let guild = 0; guild < RECORDS / 1e3; guild += 1) await store.mark!(guildOf(guild), codesOf(guild, 1e3));
    stores.push({ own, store, meanwhile: { times: [], longestBlock: 0 } as Meanwhile });
  }
  const rawMeanwhile: Meanwhile = { times: [], longestBlock: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { own, store, meanwhile } of stores) {
      while (!isCompacting(own)) await store.mark!(guildId, fresh(1e3));
      await markWhile(store, () => isCompacting(own), meanwhile);
    }
    await rawRound(raw, statSync(join(stores[0]!.own, 'sent.json')).size, rawMeanwhile);
  }
  const limit = quantile(rawMeanwhile.times, 0.99);
  const rows = [...stores.map(({ store, meanwhile }) => [store.name, meanwhile] as const), [RAW, rawMeanwhile] as const].map(
    ([who, { times, longestBlock }]) => ({
      ...{ who, marks: times.length, ms: rounded(quantile(times, 0.5)), p99: rounded(quantile(times, 0.99)) },
      ...{ ratio: twoDigits(quantile(times, 0.99) / limit), longestBlockMs: rounded(longestBlock) },
    }),
  );
  console.table(rows);
  writeResult('compaction', { records: RECORDS, rounds: ROUNDS, rows });
  for (const { store } of stores) await store.close();
  await raw.close();
} finally {
  rmSync(folder, { recursive: true });
}

/** While the snapshot is written, marks go to the journal of the next generation, and the one before is still there. */
function isCompacting(own: string): boolean {
  return readdirSync(own).filter((name) => /\.journal\.\d+$/.test(name)).length > 1;
}

async function markWhile(peer: Peer, goesOn: () => boolean, meanwhile: Meanwhile): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  while (goesOn()) {
    const codes = fresh(1);
    const start = performance.now();
    await peer.mark!(guildId, codes);
    meanwhile.times.push(performance.now() - start);
  }
  delay.disable();
  meanwhile.longestBlock = Math.max(meanwhile.longestBlock, delay.max / 1e6 - RESOLUTION);
}

async function rawRound(raw: Peer, size: number, meanwhile: Meanwhile): Promise<void> {
  const path = join(folder, 'raw-snapshot');
  let isWriting = true;
  const write = async (): Promise<void> => {
    const file = await open(path, 'w');
    for (let written = 0; written < size; written += PIECE.length) await file.write(PIECE);
    await file.sync();
    await file.close();
    rmSync(path);
    isWriting = false;
  };
  await Promise.all([write(), markWhile(raw, () => isWriting, meanwhile)]);
}
