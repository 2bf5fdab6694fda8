import { Int32, Long, type Collection } from 'mongodb';
import type { Collection as Collection6 } from 'mongodb6';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { type LegacyCollectionLike, legacyStateCollection } from '../../../src/stores/legacy/state-collection.js';
import { collect } from '../../support/legacy/collect.js';
import { connect, connectDriver6, countCommands, failPoint, freshDatabase, hasFailPoints } from '../../tools/mongo/connect.js';

interface StateDocument {
  readonly _id: string;
  readonly sent: Record<string, string[]>;
}

const oldState = {
  _id: 'giftcode_state',
  channels: { '1': Long.fromString('1406122908476112956'), '2': Long.fromString('5') },
  sent: { '1': ['gogoWOS', 'B'], global: ['Shared', '2:Two'] },
  initialized: true,
  count: new Int32(3),
  created_at: '2025-11-07T06:00:40.595606',
  updated_at: new Date(0),
};

async function oldCollection(document: object | null = oldState): Promise<Collection<StateDocument>> {
  const client = await connect();
  const collection = client.db(freshDatabase()).collection<StateDocument>('giftcode_state');
  if (document !== null) await collection.insertOne(document as StateDocument);
  return collection;
}

describe('the legacy document', () => {
  it('gets its mark, and nothing else changes, to the digit and the type', async () => {
    const collection = await oldCollection();
    const log = countCommands(collection.db.client);
    const store = new LegacyAdapterStore(legacyStateCollection(collection));
    expect(await store.markSent('1', ['a', 'GOGOWOS'])).toEqual({ marked: ['a'], alreadySent: ['GOGOWOS'] });
    await store.markSent('3', ['c']);
    const raw = await collection.findOne({}, { promoteValues: false });
    expect(raw).toEqual({
      ...oldState,
      sent: { '1': ['gogoWOS', 'B', 'A'], '3': ['C'], global: ['Shared', '2:Two'] },
      initialized: true,
    });
    const writes = log.sent().filter(({ name }) => name !== 'find');
    expect(writes.map(({ name, command }) => [name, command['update'] as unknown])).toEqual([
      ['findAndModify', { $addToSet: { 'sent.1': { $each: ['A'] } } }],
      ['findAndModify', { $addToSet: { 'sent.3': { $each: ['C'] } } }],
    ]);
    expect(writes[0]?.command['writeConcern']).toEqual({ w: 'majority' });
  });

  it('takes a batch of many guilds in one write', async () => {
    const collection = await oldCollection();
    const log = countCommands(collection.db.client);
    const store = new LegacyAdapterStore(legacyStateCollection(collection));
    await store.markSentMany(Array.from({ length: 50 }, (_, index) => ({ guildId: `${index + 10}`, codes: ['X', 'Y'] })));
    expect(log.names()).toEqual(['find', 'findAndModify']);
    expect(await collect(store.listGuilds())).toHaveLength(52);
  });

  it('is not rewritten by forgetting: only the strings go, in every list', async () => {
    const collection = await oldCollection();
    const log = countCommands(collection.db.client);
    const store = new LegacyAdapterStore(legacyStateCollection(collection));
    expect(await store.forget('1', ['GOGOWOS'])).toBe(1);
    expect(await store.clearGuild('2')).toBe(1);
    expect((await collection.findOne())?.sent).toEqual({ '1': ['B'], global: ['Shared'] });
    expect(
      log
        .sent()
        .filter(({ name }) => name === 'findAndModify')
        .map(({ command }) => command['update'] as unknown),
    ).toEqual([{ $pull: { 'sent.1': { $in: ['gogoWOS'] } } }, { $pull: { 'sent.global': { $in: ['2:Two'] } } }]);
  });

  it('tells one of several writers of the same code, and no more, that it made the mark, and loses nothing', async () => {
    const collection = await oldCollection();
    const stores = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = await connect();
        return new LegacyAdapterStore(legacyStateCollection(client.db(collection.dbName).collection(collection.collectionName)));
      }),
    );
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.all(
        stores.map((store, index) => store.markSent('9', [`SAME-${round}`, `OWN-${round}-${index}`])),
      );
      expect(results.filter(({ marked }) => marked.includes(`SAME-${round}`))).toHaveLength(1);
    }
    expect(await collect(stores[0]!.listSent('9'))).toHaveLength(20 * 5 + 1);
  });

  it('that is missing rejects, unless told that the bot has sent nothing yet', async () => {
    const collection = await oldCollection(null);
    const store = new LegacyAdapterStore(legacyStateCollection(collection));
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await collection.countDocuments()).toBe(0);
    const adapter = legacyStateCollection(collection, { create: 'if-missing' });
    const fresh = new LegacyAdapterStore(adapter);
    expect(await fresh.filterUnsent('1', ['a'])).toEqual(['a']);
    expect(await fresh.markSent('1', ['a'])).toEqual({ marked: ['a'], alreadySent: [] });
    expect(await collection.findOne()).toEqual({ _id: 'giftcode_state', sent: { '1': ['A'] } });
    await collection.deleteMany({});
    await expect(fresh.filterUnsent('1', ['a'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(fresh.markSent('1', ['b'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(adapter.changeState({ add: new Map([['1', ['B']]]) })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await collection.countDocuments()).toBe(0);
  });

  it('is made once by several first writers', async () => {
    const collection = await oldCollection(null);
    const stores = Array.from(
      { length: 6 },
      () => new LegacyAdapterStore(legacyStateCollection(collection, { create: 'if-missing' })),
    );
    await Promise.all(stores.map((store, index) => store.markSent('1', [`C${index}`])));
    expect(await collection.countDocuments()).toBe(1);
    expect((await collection.findOne())?.sent['1']?.sort()).toEqual(['C0', 'C1', 'C2', 'C3', 'C4', 'C5']);
  });

  it.runIf(hasFailPoints)('is marked at a second try if another first writer was quicker', async () => {
    const collection = await oldCollection(null);
    const store = new LegacyAdapterStore(legacyStateCollection(collection, { create: 'if-missing' }));
    await failPoint({ commands: ['findAndModify'], errorCode: 11_000 });
    expect(await store.markSent('1', ['a'])).toEqual({ marked: ['a'], alreadySent: [] });
    await failPoint({ commands: ['findAndModify'], errorCode: 11_000 });
    await expect(store.markSent('1', ['b'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it.for(['a.b', '$where', 'a\0b', 'a%2Eb', '%', '%25', 'a%b'])(
    'takes the guild id %j, whatever the name of a field may be',
    async (guildId) => {
      const collection = await oldCollection();
      const store = new LegacyAdapterStore(legacyStateCollection(collection));
      await store.markSent(guildId, ['A', 'B']);
      expect((await collect(store.listGuilds())).filter((guild) => guild.includes('a') || /[$%]/.test(guild))).toEqual([guildId]);
      expect(await store.forget(guildId, ['A'])).toBe(1);
      expect(await store.filterUnsent(guildId, ['A', 'B'])).toEqual(['A']);
      expect(Object.keys((await collection.findOne())!.sent)).toHaveLength(3);
    },
  );

  it('takes a guild with the name of an object member', async () => {
    const store = new LegacyAdapterStore(legacyStateCollection(await oldCollection()));
    await store.markSent('__proto__', ['a']);
    expect(await store.filterUnsent('__proto__', ['A', 'B'])).toEqual(['B']);
    expect(await store.forget('__proto__', ['A'])).toBe(1);
  });

  it('works with driver 6', async () => {
    const { dbName } = await oldCollection();
    const client = await connectDriver6();
    const store = new LegacyAdapterStore(legacyStateCollection(client.db(dbName).collection('giftcode_state')));
    expect(await store.markSent('1', ['a', 'b'])).toEqual({ marked: ['a'], alreadySent: ['b'] });
  });

  it('is a collection of driver 6 or 7', () => {
    expectTypeOf<Collection>().toExtend<LegacyCollectionLike>();
    expectTypeOf<Collection<StateDocument>>().toExtend<LegacyCollectionLike>();
    expectTypeOf<Collection6>().toExtend<LegacyCollectionLike>();
    expect(() => legacyStateCollection({} as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', argument: 'collection' }),
    );
  });

  it.runIf(hasFailPoints)('that the server refuses to read or write: the call rejects with its error', async () => {
    const store = new LegacyAdapterStore(legacyStateCollection(await oldCollection()));
    await failPoint({ commands: ['findAndModify'], errorCode: 91, times: 'always' });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    await failPoint({ commands: ['find'], errorCode: 91, times: 'always' });
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: expect.any(Error) as unknown,
    });
  });
});
