import { describe, expect, it, onTestFinished } from 'vitest';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import { RecordingLogger } from '../../support/migration/recording-logger.js';
import { mongoStore, mongoWorld } from '../../support/mongo-stores.js';
import { connect, failPoint, freshDatabase, hasFailPoints, mongoUri, ownServer } from '../../tools/mongo/connect.js';
import { startTcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

if (!hasFailPoints) console.log('Left out in part: this server has no fail points. Start mongod with enableTestCommands=1.');

/** A store behind a proxy; the client has the driver's own limits, so it waits for ever. */
async function storeBehindProxy() {
  const proxy = await startTcpProxy(mongoUri());
  onTestFinished(() => proxy.close());
  const client = await connect({ uri: proxy.uri });
  const store = mongoStore(client.db(freshDatabase()).collection('codes'), { operationTimeoutMs: 400 });
  await store.markSent('1', ['BEFORE']);
  return { proxy, store };
}

describe('a server that does not answer in time', () => {
  it.skipIf(!hasFailPoints).each(['find', 'insert'])(
    'rejects with STORE_TIMEOUT at the deadline of a slow %s',
    async (command) => {
      const { another } = await mongoWorld();
      const store = another({ operationTimeoutMs: 150 });
      await store.ping();
      // Without a deadline the call would resolve.
      await failPoint({ commands: [command], blockMs: 1200 });
      await expect(store.markSent('1', ['A'])).rejects.toMatchObject({
        code: 'STORE_TIMEOUT',
        retryable: true,
        message: expect.stringMatching(/within 150 ms.*may still take effect/) as string,
      });
    },
  );

  it('rejects every call while nothing comes through, and goes on afterwards with what took effect meanwhile', async () => {
    const { proxy, store } = await storeBehindProxy();
    await proxy.mode('halfOpen');
    for (const call of [
      () => store.filterUnsent('1', ['BEFORE']),
      () => store.markSent('1', ['NEW']),
      () => store.claim('1', ['NEW']),
      () => store.ping(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'STORE_TIMEOUT', retryable: true });
    }
    await proxy.mode('pass');
    expect(await store.filterUnsent('1', ['BEFORE', 'NEW'])).toEqual(['NEW']);
  });

  it('keeps a mark that the server made though its answer was lost', async () => {
    const { proxy, store } = await storeBehindProxy();
    const primitives = openPrimitives(store);
    await proxy.mode('halfOpen');
    const mark = { guildId: '1', code: 'NEW', source: 'auto', sentAt: 1 };
    await expect(primitives.markRecords([mark])).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
    await proxy.mode('pass');
    await expect.poll(() => store.filterUnsent('1', ['NEW'])).toEqual([]);
  });

  it('works again after an outage, with the same store', async () => {
    const { proxy, store } = await storeBehindProxy();
    await proxy.mode('refuse');
    await expect(store.filterUnsent('1', ['BEFORE'])).rejects.toMatchObject({ retryable: true });
    await proxy.mode('pass');
    await expect.poll(() => store.filterUnsent('1', ['BEFORE', 'NEW']).catch(() => 'away')).toEqual(['NEW']);
  });

  it('says that a majority did not confirm a mark where the server says so, and not that there was no answer', async () => {
    let isConfirmed = true;
    const { uri } = await ownServer({ confirms: () => isConfirmed });
    const client = await connect({ uri });
    const store = mongoStore(client.db('test').collection('codes'), { operationTimeoutMs: 2000 });
    await store.ping();
    isConfirmed = false;
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('not confirmed by a majority') as string,
    });
    isConfirmed = true;
    expect(await store.filterUnsent('1', ['A'])).toEqual([]);
  });
});

describe('the end of a store whose server does not answer', () => {
  it('waits for the call under way, and lets the connection go', async () => {
    const proxy = await startTcpProxy(mongoUri());
    onTestFinished(() => proxy.close());
    const logger = new RecordingLogger();
    const store = new MongoStore({ uri: proxy.uri, database: freshDatabase(), operationTimeoutMs: 2000, logger });
    await store.markSent('1', ['BEFORE']);
    await proxy.mode('stall');
    const call = store.markSent('1', ['NEW']);
    const [outcome, end] = await Promise.allSettled([call, store.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORE_TIMEOUT' } });
    expect(end).toEqual({ status: 'fulfilled', value: undefined });
    expect(logger.lines).toEqual([
      'warn: MongoStore: the server does not answer, so the connection is let go without a farewell.',
    ]);
    await proxy.mode('pass');
    await expect.poll(() => proxy.connections(), { timeout: 10_000 }).toBe(0);
  });
});
