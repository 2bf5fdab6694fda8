import { MongoClient } from 'mongodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { FallbackStore, type Identity, MemoryStore, MongoStore } from 'sent-code-store';
import { type Fixture, testSentCodeStore } from 'sent-code-store/conformance';
import type { SentCodeStore } from '../../src/contract/store.js';
import type { Clock } from '../../src/domain/clock.js';
import { JsonFileStore } from '../../src/stores/json-file/json-file-store.js';
import { LegacyAdapterStore } from '../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../src/stores/legacy/state-file.js';
import { passTime } from '../support/mongo-stores.js';
import { freshDatabase } from '../tools/mongo/connect.js';
import { type CuttableClient, cuttableClients } from '../tools/mongo/cuttable-client.js';
import { ManualClock } from '../support/stores/manual-clock.js';

testSentCodeStore({
  name: 'FallbackStore [MemoryStore, MemoryStore]',
  describe,
  it,
  supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: false },
  create: async () => {
    const clock = new ManualClock();
    const store = new FallbackStore([new MemoryStore({ clock }), new MemoryStore({ clock })], { clock });
    return { store, advance: async (ms) => clock.advance(ms), dispose: () => store.close() };
  },
  skip: { outages: 'a map in memory has no backend that could fail' },
});

const lend = cuttableClients((uri) => new MongoClient(uri, { serverSelectionTimeoutMS: 2000 }));
for (const legacy of [false, true]) {
  const database = freshDatabase();
  testSentCodeStore({
    name: `FallbackStore [MongoStore, JsonFileStore${legacy ? ', LegacyAdapterStore' : ''}]`,
    describe,
    it,
    supports: { claims: 'shared', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: async () => classicFixture(await lend(), database, legacy),
    ...(legacy && { skip: { 'large batches': 'a third of the time, and shown by the chain without a legacy store' } }),
  });
}

/** Mongo that can be cut off, and files in a folder of their own for each host. */
async function classicFixture(lent: CuttableClient<MongoClient>, database: string, legacy: boolean): Promise<Fixture> {
  const clock = new ManualClock();
  // Identity is kept with the data: tests that open under another one need data of their own.
  const collection = lent.client.db(database).collection('sent_giftcodes');
  const folders: string[] = [];
  const stores: FallbackStore[] = [];
  const open = (folder: string, identity?: Identity, time: Clock = clock): FallbackStore => {
    const own = { clock: time, ...(identity && { identity }) };
    const members: SentCodeStore[] = [
      new MongoStore({ collection, operationTimeoutMs: 60_000, ...(identity && { identity }) }),
      new JsonFileStore({ path: join(folder, 'mirror.json'), ...own }),
      ...(legacy
        ? [new LegacyAdapterStore(legacyStateFile(join(folder, 'giftcode_state.json'), { create: 'if-missing' }), own)]
        : []),
    ];
    // An outage here is refused at once. Slowness is the machine's.
    const store = new FallbackStore(members, { clock: time, operationTimeoutMs: 60_000 });
    stores.push(store);
    return store;
  };
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'fallback-'));
    folders.push(folder);
    return folder;
  };
  const home = await newFolder();
  return {
    store: open(home),
    advance: async (ms) => {
      clock.advance(ms);
      await passTime(collection, ms);
    },
    reopen: async ({ identity } = {}) => {
      await stores.at(-1)!.close();
      return open(home, identity);
    },
    peer: async (process) => open(await newFolder(), undefined, process.clock(clock)),
    outage: async () => {
      await lent.cut();
      return async () => {
        await lent.mend();
        const store = stores.at(-1)!;
        for (let tries = 0; tries < 20 && store.status().state !== 'healthy'; tries += 1) await store.ping();
        return store;
      };
    },
    dispose: async () => {
      for (const store of stores) await store.close();
      await lent.release();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}
