import { describe, it } from 'vitest';
import { type Fixture, testSentCodeStore } from 'sent-code-store/conformance';
import type { MongoClientLike } from '../../src/stores/mongo/driver.js';
import { MongoStore } from '../../src/stores/mongo/mongo-store.js';
import type { MongoStoreSettings } from '../../src/stores/mongo/options.js';
import { passTime } from '../support/mongo-stores.js';
import { connectInTheEnd, freshDatabase, mongoUri } from '../tools/mongo/connect.js';
import { startTcpProxy } from '../tools/tcp-proxy/tcp-proxy.js';

/** What is used of a client of driver 6 or 7. */
interface Client extends MongoClientLike {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** The package `mongodb`, version 6 or 7. */
interface Driver {
  readonly MongoClient: new (uri: string, options: { serverSelectionTimeoutMS: number }) => Client;
}

/** The kit on the stores of a driver, with settings that are wanted of each. */
export function testMongoStore(name: string, driver: Driver, settings: MongoStoreSettings = {}): void {
  const database = freshDatabase();
  testSentCodeStore({
    name: `MongoStore (${name})`,
    describe,
    it,
    supports: { claims: 'shared', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: () => mongoFixture(driver, database, settings),
  });
}

/** A store on the collection of a driver's client, behind a proxy that can cut it off. */
async function mongoFixture({ MongoClient }: Driver, database: string, settings: MongoStoreSettings): Promise<Fixture> {
  const proxy = await startTcpProxy(mongoUri());
  const client = await connectInTheEnd(new MongoClient(proxy.uri, { serverSelectionTimeoutMS: 300 }));
  const collection = client.db(database).collection('sent_giftcodes');
  const stores: MongoStore[] = [];
  const open = (own: MongoStoreSettings = {}): MongoStore => {
    // An outage here is refused at once. Slowness is the machine's.
    const store = new MongoStore({ collection, operationTimeoutMs: 60_000, ...settings, ...own });
    stores.push(store);
    return store;
  };
  return {
    store: open(),
    advance: (ms) => passTime(collection as never, ms),
    reopen: async (options = {}) => {
      await stores.at(-1)!.close();
      return open(options);
    },
    peer: async (process) => open({ clock: process.clock() }),
    outage: async () => {
      await proxy.mode('refuse');
      return async () => {
        await proxy.mode('pass');
        // The driver looks for its server again every 500 ms.
        for (let tries = 0; tries < 10; tries += 1) {
          const isBack = await collection
            .find({ _id: ':' }, {})
            .toArray()
            .then(
              () => true,
              () => false,
            );
          if (isBack) break;
        }
        return stores.at(-1)!;
      };
    },
    dispose: async () => {
      for (const store of stores) await store.close();
      await client.close();
      await proxy.close();
    },
  };
}
