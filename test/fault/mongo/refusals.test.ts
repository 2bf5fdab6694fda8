import { describe, expect, it } from 'vitest';
import { mongoStore, mongoWorld } from '../../support/mongo-stores.js';
import { failPoint, hasFailPoints } from '../../tools/mongo/connect.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

if (!hasFailPoints) console.log('Left out: this server has no fail points. Start mongod with enableTestCommands=1.');

const NOT_REPLICATED = { code: 64, errmsg: 'waiting for replication timed out' };

describe.skipIf(!hasFailPoints)('a write that a majority does not confirm', () => {
  it('rejects a mark, which may be made again', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['insert'], writeConcernError: NOT_REPLICATED });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/not confirmed by a majority.*waiting for replication timed out/) as string,
      cause: { name: 'MongoBulkWriteError' },
    });
    expect(await store.filterUnsent('1', ['A'])).toEqual([]);
  });

  it('rejects a claim and gives it back, since nobody can have sent', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['update'], writeConcernError: NOT_REPLICATED });
    await expect(store.claim('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.states('1', ['A'])).toEqual(new Map([['A', 'absent']]));
  });

  it('is sent again if the server was stepping down in that moment', async () => {
    const { store, log } = await mongoWorld();
    await failPoint({ commands: ['insert'], writeConcernError: { code: 91, errmsg: 'shutting down' } });
    expect(await store.markSent('1', ['A'])).toEqual({ marked: ['A'], alreadySent: [] });
    expect(log.names()).toEqual(['find', 'insert', 'insert', 'find']);
  });
});

describe.skipIf(!hasFailPoints)('a command that the server refuses', () => {
  it('rejects with the reason and the error of the driver, and is worth no second try', async () => {
    const { store } = await mongoWorld();
    await store.markSent('1', ['A']);
    await failPoint({ commands: ['find', 'insert', 'update'], errorCode: 13, times: 'always' });
    for (const call of [
      () => store.filterUnsent('1', ['A']),
      () => store.markSent('1', ['B']),
      () => store.claim('1', ['B']),
      () => store.stats('1'),
      () => openPrimitives(store).markRecords([{ guildId: '1', code: 'B', source: null, sentAt: 1 }]),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: false,
        message: expect.stringContaining('code 13') as string,
        cause: { code: 13 },
      });
    }
  });

  it('rejects as passing if the server is not the primary any more', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['find', 'insert', 'update'], errorCode: 10107, times: 'always' });
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
  });

  it('rejects as out of time if the server says that it is', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['find'], errorCode: 50 });
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_TIMEOUT', retryable: true });
  });
});

type Operation =
  | { readonly insertOne: { readonly document: { readonly _id: string } } }
  | { readonly updateOne: { readonly filter: { readonly _id: string } } };

describe('upserts that meet an insert of another process', () => {
  /** A store whose first write finds that the documents of its ids have just been inserted: a real duplicate-key error of a real server. */
  async function racedStore(firstLosses: number) {
    const { collection, documents } = await mongoWorld();
    let losses = firstLosses;
    let writes = 0;
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: (operations, options) => {
        writes += 1;
        if (losses === 0) return collection.bulkWrite(operations as never, options);
        losses -= 1;
        const ids = (operations as Operation[]).map(
          (one) => ('insertOne' in one ? one.insertOne.document : one.updateOne.filter)._id,
        );
        return collection.bulkWrite(
          ids.map((_id) => ({ insertOne: { document: { _id } } })),
          options,
        );
      },
    });
    return { store, documents, another: mongoStore(documents), writes: () => writes };
  }

  it('make the mark all the same, over a claim of that process', async () => {
    const raced = await racedStore(1);
    const { claim } = await raced.another.claim('1', ['A', 'B']);
    expect(await raced.store.markSent('1', ['A', 'B'])).toEqual({ marked: ['A', 'B'], alreadySent: [] });
    expect(await raced.another.confirm(claim!)).toMatchObject({ marked: [], alreadySent: ['A', 'B'] });
    expect(raced.writes()).toBe(2);
  });

  it('leave the claim with that process', async () => {
    const raced = await racedStore(1);
    const primitives = openPrimitives(raced.store);
    const { claim } = await raced.another.claim('1', ['A']);
    const hold = { code: 'A', token: 'mine', messageId: 'm', spelling: 'A', position: 0, size: 1, attempt: 1 };
    const [record] = await primitives.claimRecords({ guildId: '1', leaseMs: 60_000, ageMs: 0, holds: [hold] });
    expect(record).toMatchObject({ state: 'claimed', token: claim!.token });
  });

  it.each([1, 9])('make the claim all the same if that process has let go of it already, %i times', async (times) => {
    const { collection } = await mongoWorld();
    let losses = times;
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        if (losses === 0) return collection.bulkWrite(operations as never, options);
        losses -= 1;
        const insert = [{ insertOne: { document: { _id: '1:A' } } }];
        await collection.bulkWrite(insert);
        try {
          return await collection.bulkWrite(insert, options);
        } finally {
          await collection.deleteOne({ _id: '1:A' });
        }
      },
    });
    expect(await store.claim('1', ['A'])).toMatchObject({ claimed: ['A'] });
  });

  it('are refused in the end if duplicates never cease, as under a unique index of somebody else', async () => {
    const raced = await racedStore(100);
    await raced.documents.insertOne({ _id: '1:A' });
    await expect(raced.store.markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
      cause: { code: 11000 },
    });
    expect(raced.writes()).toBe(5);
  });
});
