import * as driver7 from 'mongodb';
import * as driver6 from 'mongodb6';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MongoCollectionLike, OwnMongoClient } from '../../../src/stores/mongo/driver.js';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import { OwnClient } from '../../../src/stores/mongo/own-client.js';
import { redactUris } from '../../../src/stores/mongo/redact.js';
import { mongoStore } from '../../support/mongo-stores.js';
import { RecordingLogger } from '../../support/migration/recording-logger.js';
import { ManualClock } from '../../support/stores/manual-clock.js';
import { connect, freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { startTcpProxy, type TcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';

/**
 * Of the driver's clients here. Its monitor looks again at once after a connection has ended, as it
 * does half a second after the last look by itself.
 */
const CLIENT_OPTIONS = { serverSelectionTimeoutMS: 1500, minHeartbeatFrequencyMS: 0 };
/** How often the connections are ended until the driver is dead: mostly once. */
const MAX_ENDS = 20;
/** How many clients of one store die. `DEAD_CLIENTS=100` is the long form. */
const DEAD_CLIENTS = Number(process.env['DEAD_CLIENTS'] ?? 2);

async function proxied(): Promise<TcpProxy> {
  const proxy = await startTcpProxy(mongoUri());
  onTestFinished(() => proxy.close());
  return proxy;
}

/** The far side ends all connections while a command is under way. Resolves when that command has. */
async function endConnections(proxy: TcpProxy, command: () => Promise<unknown>): Promise<void> {
  const bystander = await connect();
  await proxy.mode('halfOpen');
  const underWay = command();
  // Time for the command to reach the proxy.
  for (let turn = 0; turn < 5; turn += 1) await bystander.db('admin').command({ ping: 1 });
  await proxy.mode('end');
  await underWay.catch(() => undefined);
}

/** Ends connections until a command fails though nothing is in its way. */
async function killClient(proxy: TcpProxy, command: () => Promise<unknown>): Promise<void> {
  for (let end = 1; end <= MAX_ENDS; end += 1) {
    await endConnections(proxy, command);
    const isDead = await command().then(
      () => false,
      () => true,
    );
    if (isDead) return;
  }
  expect.fail(`the driver survived ${MAX_ENDS} ends of its connections`);
}

describe('a client that the end of its connections has left dead', () => {
  it('is replaced by a store that made it, which says so', { timeout: 30_000 * DEAD_CLIENTS }, async () => {
    const proxy = await proxied();
    const logger = new RecordingLogger();
    const store = new MongoStore({ uri: proxy.uri, database: freshDatabase(), clientOptions: CLIENT_OPTIONS, logger });
    onTestFinished(() => store.close());
    await store.markSent('1', ['A']);
    for (let dead = 1; dead <= DEAD_CLIENTS; dead += 1) {
      await killClient(proxy, () => store.filterUnsent('1', ['A']));
      await expect.poll(() => store.filterUnsent('1', ['A', 'B']).catch(() => 'dead'), { timeout: 20_000 }).toEqual(['B']);
      expect(logger.lines.filter((line) => line.includes('The new client takes its place'))).toHaveLength(dead);
    }
    await store.close();
    await expect.poll(() => proxy.connections()).toBe(0);
  });

  it.each([
    ['7', driver7],
    ['6', driver6],
  ] as const)('of driver %s is closed once its last command is over', async (_version, { MongoClient }) => {
    const proxy = await proxied();
    const database = freshDatabase();
    const logger = new RecordingLogger();
    const clients: OwnMongoClient[] = [];
    const closed: OwnMongoClient[] = [];
    const make = (): { client: OwnMongoClient; collection: MongoCollectionLike } => {
      const client = new MongoClient(proxy.uri, CLIENT_OPTIONS);
      clients.push(client);
      client.on('topologyClosed', () => closed.push(client));
      return { client, collection: client.db(database).collection('codes') };
    };
    const own = new OwnClient({ storeName: 'store', operationTimeoutMs: 5000, logger, redact: redactUris, make });
    onTestFinished(() => own.close());
    await own.connect();
    const command = () => own.find({}, {}).toArray();
    await killClient(proxy, command);
    await expect.poll(() => command().catch(() => 'dead'), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => closed).toEqual([clients[0]]);
    expect(await command()).toEqual([]);
  });

  it('is replaced soon after a new client has an answer, however long it is given to look for a server itself', async () => {
    const answers: (() => Promise<object[]>)[] = [
      () => Promise.reject(new driver7.MongoServerSelectionError('no server', {} as never)),
      // As it is asked for a sign of life, and looks for a server.
      () => new Promise(() => undefined),
    ];
    const dead: MongoCollectionLike = {
      namespace: 'test.codes',
      find: () => ({ toArray: answers.shift() ?? (() => Promise.reject(new Error('used although it is dead'))) }),
      bulkWrite: () => Promise.reject(new Error('used although it is dead')),
    };
    const alive: MongoCollectionLike = { ...dead, find: () => ({ toArray: async () => [] }) };
    const collections = [dead, alive];
    const make = (): { client: OwnMongoClient; collection: MongoCollectionLike } => {
      const collection = collections.shift();
      if (collection === undefined) throw new Error('a third client was made');
      return { client: { connect: async () => undefined, close: async () => undefined } as never, collection };
    };
    const logger = new RecordingLogger();
    // A command has a minute, and so has the dead client.
    const own = new OwnClient({ storeName: 'store', operationTimeoutMs: 60_000, logger, redact: redactUris, make });
    await expect(own.find({}, {}).toArray()).rejects.toThrow('no server');
    await expect.poll(() => logger.lines.length, { timeout: 20_000 }).toBe(1);
    expect(await own.find({}, {}).toArray()).toEqual([]);
    await own.close();
  });

  it('stays where nothing else can reach the server either, and where both can', async () => {
    const proxy = await proxied();
    const logger = new RecordingLogger();
    const store = new MongoStore({ uri: proxy.uri, database: freshDatabase(), clientOptions: CLIENT_OPTIONS, logger });
    onTestFinished(() => store.close());
    await store.ping();
    await proxy.mode('refuse');
    for (let call = 0; call < 3; call += 1) {
      await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    }
    await proxy.mode('pass');
    await expect.poll(() => store.ping().catch(() => 'away'), { timeout: 20_000 }).toBeUndefined();
    expect(logger.lines).toEqual([]);
  });

  it.each([
    ['7', driver7],
    ['6', driver6],
  ] as const)("of the caller's own, driver %s, is told in the error, and once in the log", async (_version, { MongoClient }) => {
    const proxy = await proxied();
    const logger = new RecordingLogger();
    const clock = new ManualClock();
    const client = new MongoClient(proxy.uri, CLIENT_OPTIONS);
    onTestFinished(() => client.close());
    const store = mongoStore(client.db(freshDatabase()).collection('codes'), { logger, clock });
    await store.ping();
    await killClient(proxy, () => store.ping());
    // Not yet known: the server may be slow.
    await expect(store.ping()).rejects.toThrow('Check that it runs');
    clock.advance(41_000);
    for (let call = 0; call < 2; call += 1) {
      await expect(store.ping()).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/stopped looking for 127\.0\.0\.1:\d+ .*make a new client/) as string,
      });
    }
    expect(logger.lines.filter((line) => line.includes('stopped looking'))).toHaveLength(1);
  });
});
