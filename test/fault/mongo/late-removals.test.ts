import { describe, expect, it } from 'vitest';
import type { MongoCollectionLike } from '../../../src/stores/mongo/driver.js';
import type { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import { deferred } from '../../support/delivery/deferred.js';
import { mongoStore, mongoWorld, passTime, stagedStore, type CodeDocument } from '../../support/mongo-stores.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

/** A store whose first command that removes something stays on its way, while everybody else goes on. */
async function lateWorld() {
  const { collection, documents } = await mongoWorld();
  const [sent, arrival] = [deferred(), deferred()];
  let isFirst = true;
  const late: MongoCollectionLike = {
    namespace: collection.namespace,
    find: (filter, options) => collection.find(filter, options),
    bulkWrite: async (operations, options) => {
      if (!isFirst || !operations.some(removes)) return collection.bulkWrite(operations as never, options);
      isFirst = false;
      sent.resolve();
      await arrival.promise;
      await collection.bulkWrite(operations as never, options);
      throw Object.assign(new Error('the answer is lost'), { name: 'MongoNetworkError' });
    },
  };
  const store = mongoStore(late);
  const other = mongoStore(documents);
  await store.ping();
  /** Makes the call, and what happens before its command arrives. */
  const arrivesAfter = async (call: Promise<unknown>, meanwhile: () => Promise<unknown>): Promise<void> => {
    await sent.promise;
    await meanwhile();
    arrival.resolve();
    await call.catch(() => undefined);
  };
  return { store, other, documents, arrivesAfter };
}

function removes(operation: object): boolean {
  return 'deleteOne' in operation || 'deleteMany' in operation || JSON.stringify(operation).includes('$pull');
}

/** Claims and confirms one code, as a bot that posts it. */
async function post(store: MongoStore): Promise<void> {
  const { claim } = await store.claim('1', ['A']);
  expect(await store.confirm(claim!)).toMatchObject({ marked: ['A'], leaseLost: false });
}

/** Claims one code and dies before its message is known to have arrived. */
async function dieSending(store: MongoStore): Promise<void> {
  const { claim } = await store.claim('1', ['A']);
  await store.release(claim!, 'uncertain');
}

const SENT = new Map([['A', 'sent']]);
const UNCERTAIN = new Map([['A', 'uncertain']]);

/** What a removal may find. */
const STATES: readonly (readonly [what: string, document: Omit<CodeDocument, '_id'> | undefined])[] = [
  ['a mark', undefined],
  ["an older bot's mark", { sent_at: new Date(0), created_at: new Date(0), source: 'api' }],
  [
    "an older bot's mark with texts for times",
    { sent_at: '2025-11-07T06:00:40.595606', created_at: '2025-11-07T06:00:40.595606' },
  ],
  ['a mark without a time', { sent_at: null }],
  ['a mark whose time cannot be read', { sent_at: { at: 'noon' } }],
  ['a document that says nothing', { note: 'by hand' }],
  ['a claim that cannot be read', { claim: { token: 7, position: 'first' } }],
  ['a claim that is none', { claim: ['A'] }],
];

describe.each([
  ['forget', (store: MongoStore) => store.forget('1', ['A'])],
  ['clearGuild', (store: MongoStore) => store.clearGuild('1')],
] as const)('%s whose command arrives after somebody has repeated it', (_name, remove) => {
  it.each(STATES)('finds %s, and leaves alone what was marked since', async (_what, document) => {
    const { store, other, documents, arrivesAfter } = await lateWorld();
    if (document === undefined) await other.markSent('1', ['A']);
    else await documents.insertOne({ _id: '1:A', ...document });
    await arrivesAfter(remove(store), async () => {
      expect(await remove(other)).toBe(1);
      await post(other);
    });
    expect(await other.states('1', ['A'])).toEqual(SENT);
  });

  it.each(STATES)('finds %s, and leaves alone what became uncertain since', async (_what, document) => {
    const { store, other, documents, arrivesAfter } = await lateWorld();
    if (document === undefined) await dieSending(other);
    else await documents.insertOne({ _id: '1:A', ...document });
    await arrivesAfter(remove(store), async () => {
      expect(await remove(other)).toBe(1);
      await dieSending(other);
    });
    expect(await other.states('1', ['A'])).toEqual(UNCERTAIN);
  });

  it("leaves alone what an older bot has put into its guild's list since", async () => {
    const { store, other, documents, arrivesAfter } = await lateWorld();
    await documents.insertOne({ _id: '1', codes: ['a'], last_sent_at: '2025-11-07T06:00:40' });
    await arrivesAfter(remove(store), async () => {
      expect(await remove(other)).toBe(1);
      const set = { codes: ['a'], last_sent_at: '2025-11-08T06:00:40' };
      await documents.updateOne({ _id: '1' }, { $set: set }, { upsert: true });
    });
    expect(await other.states('1', ['A'])).toEqual(SENT);
  });
});

describe('resolveUncertain whose command arrives after somebody has repeated it', () => {
  it.each([
    ['a message', undefined],
    ['a document that says nothing', { note: 'by hand' }],
    ['a claim that cannot be read', { claim: { token: 7, position: 'first' } }],
  ])('finds %s, and leaves alone what became uncertain since', async (_what, document) => {
    const { store, other, documents, arrivesAfter } = await lateWorld();
    if (document === undefined) await dieSending(other);
    else await documents.insertOne({ _id: '1:A', ...document });
    await arrivesAfter(store.resolveUncertain('1', ['A'], 'not-sent'), async () => {
      expect(await other.resolveUncertain('1', ['A'], 'not-sent')).toBe(1);
      await other.claim('1', ['A']);
      await passTime(documents, 120_000);
    });
    expect(await other.states('1', ['A'])).toEqual(UNCERTAIN);
  });
});

describe.each([
  ['forget', (store: MongoStore) => store.forget('1', ['A'])],
  ['clearGuild', (store: MongoStore) => store.clearGuild('1')],
  ['resolveUncertain', (store: MongoStore) => store.resolveUncertain('1', ['A'], 'not-sent')],
] as const)('%s whose command arrives after the message was begun anew', (_name, remove) => {
  it('leaves alone the new try', async () => {
    const { store, other, arrivesAfter } = await lateWorld();
    await dieSending(other);
    await arrivesAfter(remove(store), async () => {
      const [asked] = await other.takeUncertain('1', { purpose: 'ask' });
      await other.release(await other.restart(asked!), 'uncertain');
    });
    expect(await other.states('1', ['A'])).toEqual(UNCERTAIN);
  });
});

describe("a removal of the store's own documents that arrives late", () => {
  it('leaves alone what was written since', async () => {
    const { store, other, arrivesAfter } = await lateWorld();
    const { metadata } = openPrimitives(other);
    await metadata.set(new Map([['key', 'old']]));
    await arrivesAfter(openPrimitives(store).metadata.delete(['key']), async () => {
      await metadata.delete(['key']);
      await metadata.set(new Map([['key', 'new']]));
    });
    expect(await metadata.get(['key'])).toEqual(new Map([['key', 'new']]));
  });
});

describe.each([
  ['forget', (store: MongoStore) => store.forget('1', ['A'])],
  ['clearGuild', (store: MongoStore) => store.clearGuild('1')],
] as const)('%s whose answer is lost', (_name, remove) => {
  it('rejects: how many codes there were is not known any more', async () => {
    const world = await mongoWorld();
    await world.store.markSent('1', ['A']);
    const store = await stagedStore(world, { isLost: (write) => write === 1 });
    await expect(remove(store)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('the empty list that clearGuild leaves of a guild', () => {
  it.each([
    ['gets a code', { codes: ['b'] }],
    ['is that of a newer post', { last_sent_at: 'Tuesday' }],
  ])('stays where it %s before it is removed', async (_what, change) => {
    const world = await mongoWorld();
    await world.documents.insertOne({ _id: '1', codes: ['a'], last_sent_at: 'Monday' });
    const store = await stagedStore(world, {
      before: (write) => (write === 2 ? world.documents.updateOne({ _id: '1' }, { $set: change }) : undefined),
    });
    expect(await store.clearGuild('1')).toBe(1);
    expect(await world.documents.findOne({ _id: '1' })).toMatchObject(change);
  });
});

describe("codes of a guild's list that is changed while they are taken out", () => {
  it('are taken out of the list as it is then', async () => {
    const { collection, documents } = await mongoWorld();
    await documents.insertOne({ _id: '1', codes: ['a', 'b'], last_sent_at: 'Monday' });
    let [changes, ends] = [0, 1];
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => collection.find(filter, options),
      bulkWrite: async (operations, options) => {
        if (operations.some(removes) && changes < ends) {
          changes += 1;
          await documents.updateOne({ _id: '1' }, { $set: { codes: ['a', 'b', 'c'], last_sent_at: `Tuesday ${changes}` } });
        }
        return collection.bulkWrite(operations as never, options);
      },
    });
    expect(await store.forget('1', ['A'])).toBe(1);
    expect(await documents.findOne({ _id: '1' })).toMatchObject({ codes: ['b', 'c'], last_sent_at: 'Tuesday 1' });
    ends = Infinity;
    await expect(store.forget('1', ['B'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(await store.states('1', ['B'])).toEqual(new Map([['B', 'sent']]));
  });
});
