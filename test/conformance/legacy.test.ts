import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { describe, it } from 'vitest';
import { type Fixture, testSentCodeStore } from 'sent-code-store/conformance';
import type { LegacyStateAdapter } from '../../src/stores/legacy/adapter.js';
import { LegacyAdapterStore } from '../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateCollection } from '../../src/stores/legacy/state-collection.js';
import { legacyStateFile } from '../../src/stores/legacy/state-file.js';
import { MemoryPair } from '../support/legacy/memory-pair.js';
import { freshDatabase } from '../tools/mongo/connect.js';
import { type CuttableClient, cuttableClients } from '../tools/mongo/cuttable-client.js';

/** What makes an adapter fail, and work again. */
interface Backend {
  readonly open: () => LegacyStateAdapter;
  readonly fail: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

function fixtureOf({ open, fail, mend, remove }: Backend): Fixture {
  const stores: LegacyAdapterStore[] = [];
  const openStore = (options = {}): LegacyAdapterStore => {
    const store = new LegacyAdapterStore(open(), options);
    stores.push(store);
    return store;
  };
  return {
    store: openStore(),
    reopen: async (options) => {
      await stores.at(-1)!.close();
      return openStore(options);
    },
    outage: async () => {
      await fail();
      return async () => {
        await mend();
        return stores.at(-1)!;
      };
    },
    dispose: async () => {
      for (const store of stores) await store.close();
      await remove();
    },
  };
}

async function pairBackend(): Promise<Backend> {
  const pair = new MemoryPair();
  let isAway = false;
  const orFail = async <T>(call: () => Promise<T>): Promise<T> => (isAway ? Promise.reject(new Error('away')) : call());
  return {
    open: () => ({ getState: () => orFail(() => pair.getState()), setState: (state) => orFail(() => pair.setState(state)) }),
    fail: async () => (isAway = true),
    mend: async () => (isAway = false),
    remove: async () => undefined,
  };
}

async function fileBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-legacy-'));
  const path = join(folder, 'giftcode_state.json');
  await writeFile(path, '{"channels": {}, "sent": {}}');
  return {
    open: () => legacyStateFile(path),
    // A folder in its place: permissions would not stop every user.
    fail: async () => {
      await rename(path, `${path}.away`);
      await mkdir(path);
    },
    mend: async () => {
      await rmdir(path);
      await rename(`${path}.away`, path);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function collectionBackend({ client, cut, mend, release }: CuttableClient<MongoClient>): Promise<Backend> {
  const collection = client.db(database).collection<{ _id: string; sent: object }>('giftcode_state');
  await collection.replaceOne({ _id: 'giftcode_state' }, { sent: {} }, { upsert: true });
  return { open: () => legacyStateCollection(collection), fail: cut, mend, remove: release };
}

const database = freshDatabase();
const lend = cuttableClients((uri) => new MongoClient(uri, { serverSelectionTimeoutMS: 300 }));

for (const [name, open] of [
  ['a get/set pair', pairBackend],
  ['a file', fileBackend],
  ['a collection', async () => collectionBackend(await lend())],
] as const) {
  testSentCodeStore({
    name: `LegacyAdapterStore (${name})`,
    describe,
    it,
    supports: { claims: false, times: false, sources: false, receipts: false, metadata: false, durable: true },
    create: async () => fixtureOf(await open()),
  });
}
