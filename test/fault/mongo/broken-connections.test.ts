import { describe, expect, it } from 'vitest';
import { mongoStore, mongoWorld, passTime, type MongoWorld } from '../../support/mongo-stores.js';
import { connect, connectDriver6, countCommands, failPoint, hasCloseAfter, hasFailPoints } from '../../tools/mongo/connect.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const canDrop = hasFailPoints && hasCloseAfter;
if (!canDrop)
  console.log('Left out: this server cannot do a command and then drop the connection. Run on the in-process server.');

/** The store's commands of one call. */
async function commandsOf({ log }: MongoWorld, call: () => Promise<unknown>): Promise<string[]> {
  log.mark();
  await call();
  return log.names();
}

describe.skipIf(!canDrop)('the server does a write, and the connection breaks before it says so', () => {
  it('a mark is sent again, and counts as made by this call', async () => {
    const world = await mongoWorld();
    await failPoint({ commands: ['insert'], closeAfter: true });
    const names = await commandsOf(world, async () => {
      expect(await world.store.markSent('1', ['A', 'B'], { source: 'api' })).toEqual({ marked: ['A', 'B'], alreadySent: [] });
    });
    expect(names).toEqual(['find', 'insert', 'insert', 'find']);
    expect(await world.store.markSent('1', ['A', 'C'])).toEqual({ marked: ['C'], alreadySent: ['A'] });
    expect(await world.store.stats('1')).toMatchObject({ bySource: { api: 2, auto: 1 } });
  });

  it('a mark of codes that somebody holds is sent again, and counts as made by this call', async () => {
    const world = await mongoWorld();
    await world.store.claim('1', ['A', 'B']);
    await failPoint({ commands: ['update'], closeAfter: true });
    const names = await commandsOf(world, async () => {
      expect(await world.store.markSent('1', ['A', 'B', 'C'])).toEqual({ marked: ['A', 'B', 'C'], alreadySent: [] });
    });
    expect(names).toEqual(['find', 'insert', 'update', 'insert', 'update', 'find']);
  });

  it('a mark of driver 6 is the same', async () => {
    const { documents } = await mongoWorld();
    const client = await connectDriver6();
    const store = mongoStore(client.db(documents.dbName).collection(documents.collectionName));
    await store.ping();
    await failPoint({ commands: ['insert'], closeAfter: true });
    expect(await store.markSent('1', ['A', 'B'])).toEqual({ marked: ['A', 'B'], alreadySent: [] });
  });

  it("what another process marked in between is the other's", async () => {
    const { collection, documents } = await mongoWorld();
    let writes = 0;
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        writes += 1;
        if (writes === 2) await mongoStore(documents).markSent('1', ['A', 'B'], { source: 'manual' });
        return collection.bulkWrite(operations as never, options);
      },
    });
    await store.ping();
    // The first try does nothing, the second meets the other's marks.
    writes = 0;
    await failPoint({ commands: ['update'], closeConnection: true });
    expect(await openPrimitives(store).markRecords(marks('A', 'B', 'C'))).toEqual([false, false, true]);
    expect(await store.stats('1')).toMatchObject({ bySource: { manual: 2, auto: 1 } });
  });

  it('a mark whose second try breaks too is not answered, and is there', async () => {
    const { store, another } = await mongoWorld();
    await failPoint({ commands: ['insert'], closeAfter: true, times: 2 });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      cause: { name: 'MongoBulkWriteError' },
      message: expect.stringContaining('may have taken effect') as string,
    });
    expect(await another().markSent('1', ['A'])).toEqual({ marked: [], alreadySent: ['A'] });
  });

  it("a claim is this caller's, with all its codes", async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['update'], closeAfter: true });
    const { claim } = await store.claim('1', ['A', 'B']);
    expect(claim).toMatchObject({ codes: ['A', 'B'], attempt: 1 });
    expect(await store.renew(claim!)).toEqual(claim);
  });

  it('a confirm is sent again, and counts as made by this call', async () => {
    const world = await mongoWorld();
    const { claim } = await world.store.claim('1', ['A', 'B']);
    await failPoint({ commands: ['update'], closeAfter: true });
    const names = await commandsOf(world, async () => {
      expect(await world.store.confirm(claim!)).toEqual({ marked: ['A', 'B'], alreadySent: [], leaseLost: false });
    });
    expect(names).toEqual(['update', 'update', 'find']);
  });

  it('a renewal is sent again, and holds', async () => {
    const world = await mongoWorld();
    const { claim } = await world.store.claim('1', ['A', 'B']);
    await failPoint({ commands: ['update'], closeAfter: true });
    const names = await commandsOf(world, async () => expect(await world.store.renew(claim!)).toEqual(claim));
    expect(names).toEqual(['update', 'update']);
  });

  it('a takeover is one takeover', async () => {
    const { store, documents } = await mongoWorld();
    const { claim } = await store.claim('1', ['A']);
    await passTime(documents, 120_000);
    await failPoint({ commands: ['update'], closeAfter: true });
    expect(await store.takeUncertain('1')).toMatchObject([{ codes: ['A'], attempt: 2, messageId: claim!.messageId }]);
  });

  it.each(['not-sent', 'uncertain'] as const)('a release as %s is done', async (outcome) => {
    const { store } = await mongoWorld();
    const { claim } = await store.claim('1', ['A']);
    await failPoint({ commands: ['update', 'delete'], closeAfter: true });
    await store.release(claim!, outcome);
    expect(await store.states('1', ['A'])).toEqual(new Map([['A', outcome === 'not-sent' ? 'absent' : 'uncertain']]));
  });

  it('a number of forgotten codes is not made up', async () => {
    const { store } = await mongoWorld();
    await store.markSent('1', ['A', 'B']);
    await failPoint({ commands: ['delete'], closeAfter: true });
    await expect(store.forget('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['A']);
    await failPoint({ commands: ['delete'], closeAfter: true });
    await expect(store.clearGuild('1')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('a baseline is made once', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['update'], closeAfter: true });
    expect(await store.baseline('1', ['A', 'B'])).toEqual({ applied: true, marked: ['A', 'B'] });
    expect(await store.baseline('1', ['C'])).toEqual({ applied: false, marked: [] });
  });
});

describe.skipIf(!hasFailPoints)('the connection breaks before the server does anything', () => {
  it('a mark and a claim are sent again', async () => {
    const { store } = await mongoWorld();
    await failPoint({ commands: ['insert'], closeConnection: true });
    expect(await store.markSent('1', ['A'])).toEqual({ marked: ['A'], alreadySent: [] });
    await failPoint({ commands: ['update'], closeConnection: true });
    expect(await store.claim('1', ['B'])).toMatchObject({ claimed: ['B'] });
  });

  it('a read is sent again by the driver, and refused after that: it never says "unsent"', async () => {
    const { store } = await mongoWorld();
    await store.markSent('1', ['A']);
    await failPoint({ commands: ['find'], closeConnection: true });
    expect(await store.filterUnsent('1', ['A'])).toEqual([]);
    await failPoint({ commands: ['find'], closeConnection: true, times: 'always' });
    for (const call of [() => store.filterUnsent('1', ['A']), () => store.claim('1', ['A']), () => store.states('1', ['A'])]) {
      await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    }
  });

  it('a batch says which of its chunks were marked, and is completed by the same call again', async () => {
    const world = await mongoWorld();
    const client = await connect();
    const collection = client.db(world.documents.dbName).collection(world.documents.collectionName);
    let writes = 0;
    const outage: (() => Promise<void>)[] = [];
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        writes += 1;
        if (writes === 2) outage.push(await failPoint({ commands: ['insert'], closeConnection: true, times: 'always' }));
        return collection.bulkWrite(operations as never, options);
      },
    });
    await store.ping();
    writes = 0;
    const batch = [
      { guildId: '1', codes: codes(1200) },
      { guildId: '2', codes: codes(1200) },
    ];
    const log = countCommands(client);
    const error = await store.markSentMany(batch).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(log.names().filter((name) => name === 'insert')).toHaveLength(3);
    expect(error).toMatchObject({
      code: 'PARTIALLY_MARKED',
      retryable: true,
      results: [
        { guildId: '1', marked: codes(1000), alreadySent: [] },
        { guildId: '2', marked: [], alreadySent: [] },
      ],
    });
    for (const end of outage) await end();
    const again = await store.markSentMany(batch);
    expect(again.map(({ marked, alreadySent }) => [marked.length, alreadySent.length])).toEqual([
      [200, 1000],
      [1200, 0],
    ]);
  });
});

function codes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `C${index}`);
}

function marks(...all: string[]): { guildId: string; code: string; source: string; sentAt: number }[] {
  return all.map((code) => ({ guildId: '1', code, source: 'auto', sentAt: 1 }));
}
