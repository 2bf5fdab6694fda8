import { describe, it } from 'vitest';
import { type Fixture, testSentCodeStore } from 'sent-code-store/conformance';
import type { MongoClientLike } from '../../src/stores/mongo/driver.js';
import { MongoStore } from '../../src/stores/mongo/mongo-store.js';
import type { MongoStoreSettings } from '../../src/stores/mongo/options.js';
import { passTime } from '../support/mongo-stores.js';
import { freshDatabase } from '../tools/mongo/connect.js';
import { type CuttableClient, cuttableClients } from '../tools/mongo/cuttable-client.js';

/** What is used of a client of driver 6 or 7. */
interface Client extends MongoClientLike {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  db: MongoClientLike['db'] & ((name: string) => { command(command: { ping: 1 }): Promise<unknown> });
}

/** The package `mongodb`, version 6 or 7. */
interface Driver {
  readonly MongoClient: new (uri: string, options: { serverSelectionTimeoutMS: number }) => Client;
}

/** The kit on the stores of a driver, with settings that are wanted of each. */
export function testMongoStore(name: string, driver: Driver, settings: MongoStoreSettings = {}): void {
  const database = freshDatabase();
  const lend = cuttableClients((uri) => new driver.MongoClient(uri, { serverSelectionTimeoutMS: 300 }));
  testSentCodeStore({
    name: `MongoStore (${name})`,
    describe,
    it,
    supports: { claims: 'shared', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: async () => mongoFixture(await lend(), database, settings),
  });
}

/** A store on the collection of a client that can be cut off. */
function mongoFixture(lent: CuttableClient<Client>, database: string, settings: MongoStoreSettings): Fixture {
  const collection = lent.client.db(database).collection('sent_giftcodes');
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
      await lent.cut();
      return async () => {
        await lent.mend();
        return stores.at(-1)!;
      };
    },
    dispose: async () => {
      for (const store of stores) await store.close();
      await lent.release();
    },
  };
}
