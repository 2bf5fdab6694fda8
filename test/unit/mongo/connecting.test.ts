import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';
import { SentCodeStoreError } from 'sent-code-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadDriver } from '../../../src/stores/mongo/load-driver.js';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import type { MongoStoreOptions } from '../../../src/stores/mongo/options.js';
import { connect, connectDriver6, freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { startTcpProxy, type TcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';

async function proxied(): Promise<TcpProxy> {
  const proxy = await startTcpProxy(mongoUri());
  onTestFinished(() => proxy.close());
  return proxy;
}

function opened(options: MongoStoreOptions): MongoStore {
  const store = new MongoStore(options);
  onTestFinished(() => store.close());
  return store;
}

async function failureOf(call: Promise<unknown>): Promise<SentCodeStoreError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SentCodeStoreError);
  return error as SentCodeStoreError;
}

describe('a store with a URI', () => {
  it('connects at its first call, and closes its connection', async () => {
    const proxy = await proxied();
    const database = freshDatabase();
    const store = opened({ uri: proxy.uri, database, collection: 'codes' });
    expect(proxy.connections()).toBe(0);
    expect(await store.markSent('1', ['A'])).toEqual({ marked: ['A'], alreadySent: [] });
    expect(proxy.connections()).toBeGreaterThan(0);
    expect(await (await connect()).db(database).collection('codes').countDocuments({ guild_id: 1 })).toBe(1);
    await store.close();
    await expect.poll(() => proxy.connections()).toBe(0);
  });

  it('uses the collection sent_giftcodes of the database in the URI unless told otherwise', async () => {
    const database = freshDatabase();
    const uri = mongoUri().replace(/\/(?=\?|$)/, `/${database}`);
    await opened({ uri }).markSent('1', ['A']);
    expect(await (await connect()).db(database).collection('sent_giftcodes').countDocuments({ guild_id: 1 })).toBe(1);
  });

  it('tries again after a first connection that failed, and leaves nothing of that open', async () => {
    const proxy = await proxied();
    await proxy.mode('refuse');
    const store = opened({ uri: proxy.uri, database: freshDatabase(), operationTimeoutMs: 600 });
    for (const _ of [1, 2]) {
      expect(await failureOf(store.markSent('1', ['A']))).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    }
    await proxy.mode('pass');
    expect(await store.markSent('1', ['A'])).toEqual({ marked: ['A'], alreadySent: [] });
    await store.close();
    await expect.poll(() => proxy.connections()).toBe(0);
  });

  it('says within its deadline that a server does not answer, though the driver would wait for ever', async () => {
    const proxy = await proxied();
    await proxy.mode('stall');
    const store = opened({ uri: proxy.uri, operationTimeoutMs: 300, clientOptions: { serverSelectionTimeoutMS: 60_000 } });
    const error = await failureOf(store.filterUnsent('1', ['A']));
    expect(error).toMatchObject({ code: 'STORE_TIMEOUT', retryable: true });
    expect(error.message).toContain('within 300 ms');
    // A stalled connection shows nothing, not even its end.
    await proxy.mode('pass');
    await expect.poll(() => proxy.connections()).toBe(0);
  });

  it('says what to check if the database cannot be reached', async () => {
    const store = opened({ uri: 'mongodb://127.0.0.1:1/', operationTimeoutMs: 400 });
    expect((await failureOf(store.ping())).message).toMatch(
      /^MongoStore: cannot reach the database \(connecting\): .*ECONNREFUSED.*\. Check that it runs and that the address is right\.$/,
    );
  });

  it('hands client options to the driver, and keeps what the URI says', async () => {
    const proxy = await proxied();
    await proxy.mode('stall');
    const separator = proxy.uri.includes('?') ? '&' : '?';
    const store = opened({ uri: `${proxy.uri}${separator}serverSelectionTimeoutMS=200`, operationTimeoutMs: 60_000 });
    expect(await failureOf(store.ping())).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('200 ms') as string,
    });
    const other = opened({ uri: proxy.uri, operationTimeoutMs: 60_000, clientOptions: { serverSelectionTimeoutMS: 100 } });
    expect(await failureOf(other.ping())).toMatchObject({ message: expect.stringContaining('100 ms') as string });
  });

  it('never shows the password, neither of a URI that the driver cannot read nor of a login that fails', async () => {
    const { host } = new URL(mongoUri().replace(/^mongodb:/, 'http:'));
    for (const uri of [
      'mongodb://bot:hunter2@@127.0.0.1/',
      'mongodb://bot@x:hunter2@127.0.0.1/',
      'mongodb://bot:hun/ter2@127.0.0.1/',
      'mongodb://bot:hunter2@127.0.0.1:99999999/',
      'mongodb://bot:hunter2@127.0.0.1/?authMechanism=hunter2',
      `mongodb://bot:hunter2@${host}/`,
      'mongodb://bot:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=100',
    ]) {
      const error = await failureOf(opened({ uri, operationTimeoutMs: 1000 }).ping());
      expect(error.cause).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 20, showHidden: true }), uri).not.toMatch(/hunter2|hun\/ter2/);
    }
  });

  it('names the package to install if there is no driver', async () => {
    const cause = Object.assign(new Error("Cannot find package 'mongodb'"), { code: 'ERR_MODULE_NOT_FOUND' });
    const error = await failureOf(loadDriver('MongoStore', () => Promise.reject(cause)));
    expect(error).toMatchObject({ code: 'DRIVER_MISSING', cause, retryable: false });
    expect(error.message).toContain('npm install mongodb');
  });
});

describe('a store with a client or a collection', () => {
  it('works with drivers 6 and 7, and leaves the client open', async () => {
    for (const client of [await connect(), await connectDriver6()]) {
      const database = freshDatabase();
      const store = opened({ client, database });
      await store.markSent('1', ['A']);
      await store.close();
      const collection = client.db(database).collection('sent_giftcodes');
      expect(await collection.countDocuments({ guild_id: 1 })).toBe(1);
      const second = opened({ collection: collection });
      expect(await second.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
      await second.close();
      expect(await collection.countDocuments({ guild_id: 1 })).toBe(1);
    }
  });

  it.each(['client', 'collection'] as const)('tries again after a first connection of the %s that failed', async (kind) => {
    const proxy = await proxied();
    await proxy.mode('refuse');
    const client = new MongoClient(proxy.uri, { serverSelectionTimeoutMS: 200 });
    onTestFinished(() => client.close());
    const database = freshDatabase();
    const store = opened(
      kind === 'client' ? { client, database } : { collection: client.db(database).collection('sent_giftcodes') },
    );
    for (const _ of [1, 2]) {
      expect(await failureOf(store.markSent('1', ['A']))).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    }
    await proxy.mode('pass');
    expect(await store.markSent('1', ['A'])).toEqual({ marked: ['A'], alreadySent: [] });
  });

  it('does not open again a client that its owner closed', async () => {
    const client = await connect();
    const store = opened({ client, database: freshDatabase() });
    await store.ping();
    await client.close();
    expect(await failureOf(store.filterUnsent('1', ['A']))).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: false });
    const later = opened({ client, database: freshDatabase() });
    expect(await failureOf(later.ping())).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: false });
  });
});
