import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonFileStore, type JsonFileStoreOptions, MemoryStore, MongoStore, sendOnce, type StoreSupport } from 'sent-code-store';
import { type Fixture, runConformance } from 'sent-code-store/conformance';
import { AbstractSentCodeStore, type Clock } from 'sent-code-store/store';

/**
 * Runs in any runtime, as ES module and as CommonJS: the conformance kit on a store in memory, on a
 * file, and on `MONGODB_URI` if it is set. Prints `{ store: { passed, failed: [] } }` as JSON.
 */
interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
}

const base: StoreSupport = { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: true };
const skip = { outages: 'needs a backend that can be made to fail: npm test has one' };

async function kit(supports: StoreSupport, create: () => Promise<Fixture>): Promise<Outcome> {
  const { passed, failures } = await runConformance({ supports, create, skip });
  return { passed, failed: failures.map(({ group, name, error }) => `${group}: ${name}: ${String(error)}`) };
}

interface ManualClock extends Clock {
  readonly advance: (ms: number) => Promise<void>;
}

function manualClock(): ManualClock {
  let time = 0;
  return {
    advance: async (ms) => void (time += ms),
    now: () => Date.UTC(2026, 0, 1) + time,
    monotonic: () => time,
  };
}

async function memoryFixture(): Promise<Fixture> {
  const clock = manualClock();
  const store = new MemoryStore({ clock });
  return { store, advance: clock.advance, dispose: () => store.close() };
}

async function fileFixture(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-kit-'));
  const clock = manualClock();
  const open = (options: Partial<JsonFileStoreOptions> = {}): JsonFileStore =>
    new JsonFileStore({ path: join(folder, 'sent.json'), clock, ...options });
  let store = open();
  return {
    store,
    advance: clock.advance,
    reopen: async (options) => {
      await store.close();
      store = open(options);
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** By URI, so that the package loads the driver itself. A client of its own moves the leases. */
async function runOnMongo(uri: string): Promise<Outcome> {
  const { MongoClient } = await import('mongodb');
  const database = `sent_code_store_${randomUUID()}`;
  const client = await new MongoClient(uri).connect();
  const collection = client.db(database).collection('sent_giftcodes');
  const earlier = (field: string, ms: number): object => ({ $subtract: [`$claim.${field}`, ms] });
  try {
    return await kit({ ...base, claims: 'shared' }, async () => {
      const stores: MongoStore[] = [];
      const open = (options: object = {}): MongoStore => {
        const store = new MongoStore({ uri, database, ...options });
        stores.push(store);
        return store;
      };
      return {
        store: open(),
        advance: async (ms) => {
          await collection.updateMany({ claim: { $exists: true } }, [
            {
              $set: {
                'claim.lease_until': earlier('lease_until', ms),
                'claim.first_at': earlier('first_at', ms),
                'claim.ended_at': earlier('ended_at', ms),
              },
            },
          ]);
        },
        reopen: async (options) => {
          await stores.at(-1)!.close();
          return open(options);
        },
        peer: async (process) => open({ clock: process.clock() }),
        dispose: async () => {
          for (const store of stores) await store.close();
        },
      };
    });
  } finally {
    await client.db(database).dropDatabase();
    await client.close();
  }
}

/** The entry points are of one piece, and a bot's main call works. */
async function smoke(): Promise<Outcome> {
  const store = new MemoryStore();
  const sent: string[] = [];
  const send = async (codes: readonly string[]): Promise<void> => void sent.push(...codes);
  for (let round = 0; round < 2; round += 1) await sendOnce(store, { guildId: '1', codes: ['A', ' a ', 'B'], send });
  const failed = [
    ...(sent.join() === 'A,B' ? [] : [`sendOnce sent ${sent.join()}`]),
    ...(store instanceof AbstractSentCodeStore ? [] : ['two bases of stores']),
  ];
  return { passed: 2 - failed.length, failed };
}

async function main(): Promise<void> {
  const outcomes: Record<string, Outcome> = {
    package: await smoke(),
    memory: await kit({ ...base, durable: false }, memoryFixture),
    file: await kit(base, fileFixture),
  };
  const uri = process.env['MONGODB_URI'];
  if (uri !== undefined) outcomes['mongo'] = await runOnMongo(uri);
  console.log(JSON.stringify(outcomes));
}

void main();
