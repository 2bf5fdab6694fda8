import { describe, expect, it } from 'vitest';
import { mongoStore } from '../../support/mongo-stores.js';
import { connect, ownServer } from '../../tools/mongo/connect.js';
import type { MongoServerOptions } from '../../tools/mongo/server/server.js';

async function collectionOn(options: MongoServerOptions = {}, collation?: { locale: string }) {
  const { uri } = await ownServer(options);
  const client = await connect({ uri });
  return client.db('test').createCollection('codes', collation && { collation });
}

describe('a store refuses at opening', () => {
  it('a collection whose collation leaves the range of a guild empty, new or not', async () => {
    const collection = await collectionOn({}, { locale: 'en' });
    const refusal = {
      code: 'STORE_FOREIGN',
      retryable: false,
      message: expect.stringContaining('without a collation') as string,
    };
    for (let opening = 0; opening < 2; opening += 1) {
      const store = mongoStore(collection);
      await expect(store.markSent('1', ['A'])).rejects.toMatchObject(refusal);
      await expect(store.clearGuild('1')).rejects.toMatchObject(refusal);
    }
    expect(await collection.countDocuments({ code: 'A' })).toBe(0);
  });

  it('no collection with a simple collation', async () => {
    const store = mongoStore(await collectionOn({}, { locale: 'simple' }));
    await store.markSent('1', ['A']);
    expect(await store.clearGuild('1')).toBe(1);
  });

  it('a server without a journal', async () => {
    const store = mongoStore(await collectionOn({ journal: false }));
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/refused \(code 2\).*has no journal.*Start it with one/) as string,
    });
  });

  it('a server with enableMajorityReadConcern: false', async () => {
    const store = mongoStore(await collectionOn({ majorityReads: false }));
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/refused \(code 148\).*Start it without that setting/) as string,
    });
  });
});

describe('a replica set of which a majority does not confirm, as with an arbiter and a data node that is down', () => {
  it('goes on reading, acknowledges nothing, and keeps what it wrote', async () => {
    let isConfirmed = true;
    const collection = await collectionOn({ confirms: () => isConfirmed });
    const store = mongoStore(collection, { operationTimeoutMs: 1000 });
    await store.markSent('1', ['BEFORE']);
    isConfirmed = false;
    const unconfirmed = {
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('not confirmed by a majority') as string,
    };
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject(unconfirmed);
    await expect(store.claim('1', ['B'])).rejects.toMatchObject(unconfirmed);
    expect(await store.filterUnsent('1', ['BEFORE', 'A', 'B', 'C'])).toEqual(['C']);
    isConfirmed = true;
    expect(await store.markSent('1', ['A', 'B'])).toMatchObject({ marked: ['B'] });
  });
});

describe('a baseline that is larger than a document can be', () => {
  it('is made', { timeout: 120_000 }, async () => {
    const store = mongoStore(await collectionOn());
    const codes = Array.from({ length: 17_000 }, (_, index) => `${index}-`.padEnd(1000, 'X'));
    expect(await store.baseline('1', codes)).toMatchObject({ applied: true });
    expect(await store.filterUnsent('1', [codes[0]!, codes.at(-1)!, 'NEW'])).toEqual(['NEW']);
  });
});
