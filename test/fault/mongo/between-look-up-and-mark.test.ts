import type { Claim, MongoStore } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoStore, type MongoWorld, mongoWorld, type Stage, stagedStore } from '../../support/mongo-stores.js';

const MARKED = { marked: ['A', 'B'], alreadySent: [] };
const CODES = ['A', 'B'];

/** A world in which something happens between the look-up of a mark and its first write. */
async function worldWith(
  meanwhile: (other: MongoStore, held: Claim, world: MongoWorld) => Promise<unknown>,
  { isHeld = false, ...stage }: Stage & { readonly isHeld?: boolean } = {},
) {
  const world = await mongoWorld();
  const { claim: held } = await world.store.claim(isHeld ? '1' : 'elsewhere', CODES);
  const other = world.another();
  const store = await stagedStore(world, {
    ...stage,
    before: (write) => (write === 1 ? meanwhile(other, held!, world).then(() => world.log.mark()) : undefined),
  });
  return { ...world, store, other };
}

describe('codes of which the look-up found nothing', () => {
  it('are marked over a claim that somebody has made since', async () => {
    const { store, log } = await worldWith((somebody) => somebody.claim('1', CODES));
    expect(await store.markSent('1', CODES)).toEqual(MARKED);
    expect(log.names()).toEqual(['insert', 'find', 'update']);
    expect(await store.states('1', CODES)).toEqual(new Map(CODES.map((code) => [code, 'sent'])));
  });

  it('are the marks of whoever was first', async () => {
    const { store, log } = await worldWith((somebody) => somebody.markSent('1', ['A'], { source: 'manual' }));
    expect(await store.markSent('1', CODES)).toEqual({ marked: ['B'], alreadySent: ['A'] });
    expect(log.names()).toEqual(['insert', 'find']);
    expect(await store.stats('1')).toMatchObject({ bySource: { manual: 1, auto: 1 } });
  });

  it.each([
    ['reach the server twice', { isTwice: () => true }],
    ['are answered, and the answer is lost', { isLost: (write: number) => write === 1 }],
  ])('count as marked by this call if its inserts %s', async (_, stage) => {
    const { store, other } = await worldWith(async () => undefined, stage);
    expect(await store.markSent('1', CODES)).toEqual(MARKED);
    expect(await other.markSent('1', CODES)).toEqual({ marked: [], alreadySent: CODES });
  });

  it('count as marked, and once, if an older bot has put them into its list since', async () => {
    const { store, documents, other } = await worldWith((_, __, world) =>
      world.documents.insertOne({ _id: '1', codes: ['a', 'c'] }),
    );
    expect(await store.markSent('1', CODES)).toEqual(MARKED);
    expect(await documents.countDocuments({ _id: '1:A' })).toBe(1);
    expect(await store.stats('1')).toMatchObject({ total: 3 });
    expect((await collect(store.listSent('1'))).map(({ code }) => code).sort()).toEqual(['A', 'B', 'C']);
    expect(await other.markSent('1', ['A'])).toEqual({ marked: [], alreadySent: ['A'] });
  });
});

describe('codes that the look-up found held', () => {
  it('are marked though their owner has given them back since', async () => {
    const world = await worldWith((owner, claim) => owner.release(claim, 'not-sent'), { isHeld: true });
    expect(await world.store.markSent('1', CODES)).toEqual(MARKED);
    expect(world.log.names()).toEqual(['update', 'find']);
    expect(await world.other.filterUnsent('1', CODES)).toEqual([]);
  });

  it('are the marks of their owner, if that was first', async () => {
    const world = await worldWith((owner, claim) => owner.confirm(claim, ['B'], { source: 'api' }), { isHeld: true });
    expect(await world.store.markSent('1', CODES)).toEqual({ marked: ['A'], alreadySent: ['B'] });
    expect(await world.store.stats('1')).toMatchObject({ bySource: { api: 1, auto: 1 } });
  });

  it.each([
    ['reach the server twice', { isTwice: () => true }],
    ['are answered, and the answer is lost', { isLost: (write: number) => write === 1 }],
  ])('count as marked by this call if its updates %s', async (_, stage) => {
    const { store, other } = await worldWith(async () => undefined, { isHeld: true, ...stage });
    expect(await store.markSent('1', CODES)).toEqual(MARKED);
    expect(await other.markSent('1', CODES)).toEqual({ marked: [], alreadySent: CODES });
  });

  it('are not marked by a call of which a server says that it inserted what another one did', async () => {
    const { collection, store: first, another } = await mongoWorld();
    const { claim } = await first.claim('1', ['A']);
    let isOpen = false;
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        if (!isOpen) return collection.bulkWrite(operations as never, options);
        await first.release(claim!, 'not-sent');
        await another().markSent('1', ['A']);
        return { matchedCount: 0, deletedCount: 0, upsertedCount: operations.length };
      },
    });
    await store.ping();
    isOpen = true;
    expect(await store.markSent('1', ['A'])).toEqual({ marked: [], alreadySent: ['A'] });
  });
});

describe('a mark', () => {
  it('is not made again that somebody forgets before its maker has looked at it', async () => {
    const { collection, store: first, another } = await mongoWorld();
    const { claim } = await first.claim('1', ['A']);
    const other = another();
    let [isOpen, isForgotten] = [false, false];
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        if (!isOpen || isForgotten) return collection.bulkWrite(operations as never, options);
        await first.release(claim!, 'not-sent');
        const answer = await collection.bulkWrite(operations as never, options);
        isForgotten = (await other.forget('1', ['A'])) === 1;
        return answer;
      },
    });
    await store.ping();
    isOpen = true;
    await store.markSent('1', ['A']);
    expect(isForgotten).toBe(true);
    expect(await other.filterUnsent('1', ['A'])).toEqual(['A']);
  });

  it('that always meets a document that is gone when it looks is refused in the end', async () => {
    const { collection } = await mongoWorld();
    const [code, duplicate] = [11000, { code: 11000 }];
    let marks = 0;
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async () => {
        marks += 1;
        throw Object.assign(new Error('duplicate key'), { code, result: { getWriteErrors: () => [duplicate] } });
      },
    });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ cause: { code } });
    expect(marks).toBe(5);
  });
});
