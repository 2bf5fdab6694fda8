import type { Collection, Document, MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import type { MongoBulkResultLike, MongoCollectionLike } from '../../src/stores/mongo/driver.js';
import { MongoStore } from '../../src/stores/mongo/mongo-store.js';
import type { MongoStoreSettings } from '../../src/stores/mongo/options.js';
import { bystander, connect, countCommands, freshDatabase, type CommandLog } from '../tools/mongo/connect.js';

/** A document of the collection under test, whose ids are strings. */
export interface CodeDocument extends Document {
  readonly _id: string;
}

/** A store in a database of its own, and the driver's view of the same collection. */
export interface MongoWorld {
  readonly store: MongoStore;
  /** By another client, so that what tests do with it is not counted. */
  readonly documents: Collection<CodeDocument>;
  /** The collection that the store was given. */
  readonly collection: Collection<CodeDocument>;
  readonly client: MongoClient;
  /** What the store's client sent. */
  readonly log: CommandLog;
  /** One more store on the same collection. */
  readonly another: (settings?: MongoStoreSettings) => MongoStore;
}

/** A store, open and with nothing in its log. Closed after the test. */
export async function mongoWorld(settings: MongoStoreSettings = {}): Promise<MongoWorld> {
  const database = freshDatabase();
  const [client, observer] = [await connect(), await bystander()];
  const collection = client.db(database).collection<CodeDocument>('sent_giftcodes');
  const another = (own: MongoStoreSettings = settings): MongoStore => mongoStore(collection, own);
  const store = another();
  const log = countCommands(client);
  await store.ping();
  log.mark();
  const documents = observer.db(database).collection<CodeDocument>('sent_giftcodes');
  return { store, documents, collection, client, log, another };
}

/** A store on a collection of any driver. Closed after the test. */
export function mongoStore(collection: MongoCollectionLike, settings: MongoStoreSettings = {}): MongoStore {
  const store = new MongoStore({ collection, ...settings });
  onTestFinished(() => store.close());
  return store;
}

/** What happens to the writes of one store, which are counted from 1. */
export interface Stage {
  /** Happens before the write reaches the server. */
  readonly before?: (write: number) => Promise<unknown> | undefined;
  /** Whether the write reaches the server twice; its answer is the second one. */
  readonly isTwice?: (write: number) => boolean;
  /** Whether the connection breaks before the answer. */
  readonly isLost?: (write: number) => boolean;
  /** What a majority has, in place of what the server says that it has. */
  readonly majority?: () => readonly CodeDocument[];
}

/** A store on whose way to the server something happens. Open, with nothing in its log. Closed after the test. */
export async function stagedStore(
  { collection, log }: Pick<MongoWorld, 'collection' | 'log'>,
  { before, isTwice, isLost, majority }: Stage,
): Promise<MongoStore> {
  let [writes, isOpen] = [0, false];
  const store = mongoStore({
    namespace: collection.namespace,
    find: (filter, options) => {
      const { readConcern } = options as { readonly readConcern: { readonly level: string } };
      if (!isOpen || readConcern.level !== 'majority' || majority === undefined) return collection.find(filter, options);
      return { toArray: async () => [...majority()] };
    },
    bulkWrite: async (operations, options) => {
      writes += 1;
      const write = writes;
      const run = (): Promise<MongoBulkResultLike> => collection.bulkWrite(operations as never, options);
      await before?.(write);
      if (isTwice?.(write) === true) await run();
      const answer = await run();
      if (isLost?.(write) === true) throw Object.assign(new Error('the answer is lost'), { name: 'MongoNetworkError' });
      return answer;
    },
  });
  await store.ping();
  [writes, isOpen] = [0, true];
  log.mark();
  return store;
}

/** What is used of a collection of driver 6 or 7 to move its clock. */
interface Updatable {
  updateMany(filter: object, update: object[]): Promise<unknown>;
}

/**
 * Lets time pass for the claims of a collection: leases run on the server's clock, so their times are moved back instead.
 */
export async function passTime(collection: Updatable, ms: number): Promise<void> {
  const earlier = (field: string): object => ({ $subtract: [`$claim.${field}`, ms] });
  await collection.updateMany({ claim: { $exists: true } }, [
    {
      $set: {
        'claim.lease_until': earlier('lease_until'),
        'claim.first_at': earlier('first_at'),
        'claim.ended_at': earlier('ended_at'),
      },
    },
  ]);
}
