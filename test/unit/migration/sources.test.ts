import { describe, expect, it } from 'vitest';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import type { LegacyGuildDocument, MigrationSource } from '../../../src/migration/source.js';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateCollection } from '../../../src/stores/legacy/state-collection.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import { collect } from '../../support/legacy/collect.js';
import { MemoryPair } from '../../support/legacy/memory-pair.js';
import { plainStore } from '../../support/migration/plain-store.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';
import { connect, freshDatabase } from '../../tools/mongo/connect.js';

const clock = { now: () => Date.parse('2026-01-01T00:00:00Z'), monotonic: () => 0 };

const recordsOf = async (store: SentCodeStore, guildId: string): Promise<[string, string | null, string | undefined][]> =>
  (await collect(store.listSent(guildId))).map(({ code, source, sentAt }) => [code, source, sentAt?.toISOString()]);

describe.for([
  ["a store on this package's base", (store: MemoryStore): SentCodeStore => store],
  ['any other store', (store: MemoryStore): SentCodeStore => plainStore(store)],
] as const)('into %s', ([, wrap]) => {
  const target = (): { to: SentCodeStore; store: MemoryStore } => {
    const store = new MemoryStore();
    return { to: wrap(store), store };
  };

  it('codes get the source migration, and the time of the migration where the source has none', async () => {
    const { to, store } = target();
    await migrateLegacyState({ from: { sent: { '1': ['a'] } }, to, clock });
    expect(await recordsOf(store, '1')).toEqual([['A', 'migration', '2026-01-01T00:00:00.000Z']]);
  });

  it('the time of a store, of each code, stays', async () => {
    const from = new MemoryStore();
    await from.markSent('1', ['A'], { source: 'api', sentAt: new Date('2024-05-01T10:00:00Z') });
    await from.markSent('1', ['B'], { source: 'auto', sentAt: new Date('2025-06-01T10:00:00Z') });
    const { to, store } = target();
    const report = await migrateLegacyState({ from, to, clock });
    expect(report.name).toBe('store MemoryStore');
    expect(await recordsOf(store, '1')).toEqual([
      ['A', 'migration', '2024-05-01T10:00:00.000Z'],
      ['B', 'migration', '2025-06-01T10:00:00.000Z'],
    ]);
  });

  it('the receipt of a store, of each code, stays', async () => {
    const from = new MemoryStore();
    await from.markSent('1', ['A'], { receipt: 'channel/1' });
    await from.markSent('1', ['B'], { receipt: 'channel/2' });
    await from.markSent('1', ['C']);
    const { to, store } = target();
    await store.markSent('1', ['B'], { receipt: 'first' });
    await migrateLegacyState({ from, to, clock });
    const sent = await store.getSent('1', ['A', 'B', 'C']);
    expect([...sent.values()].map(({ receipt }) => receipt)).toEqual(['channel/1', 'first', null]);
  });

  it('a mark that is there stays as it is', async () => {
    const { to, store } = target();
    await store.markSent('1', ['A'], { source: 'api', sentAt: new Date('2020-01-01T00:00:00Z') });
    const report = await migrateLegacyState({ from: [{ guildId: '1', codes: ['a', 'b'] }], to, clock });
    expect(report.totals).toMatchObject({ migrated: 1, alreadyThere: 1 });
    expect(await recordsOf(store, '1')).toEqual([
      ['A', 'api', '2020-01-01T00:00:00.000Z'],
      ['B', 'migration', '2026-01-01T00:00:00.000Z'],
    ]);
  });

  it('a code that is claimed there is sent from then on', async () => {
    const { to, store } = target();
    await store.claim('1', ['A']);
    const report = await migrateLegacyState({ from: [{ guildId: '1', codes: ['A'] }], to });
    expect(report.totals.migrated).toBe(1);
    expect(await store.isSent('1', 'A')).toBe(true);
  });
});

describe('a source', () => {
  const lists = [
    { guildId: '1', codes: ['a', 'B'] },
    { guildId: 2n, codes: new Set(['c']) },
  ];
  async function* stream(): AsyncGenerator<(typeof lists)[number]> {
    yield* lists;
  }
  function* generator(): Generator<(typeof lists)[number]> {
    yield* lists;
  }
  const sources: Record<string, () => MigrationSource> = {
    'a get/set pair': () => new MemoryPair({ sent: { '1': ['a', 'B'], '2': ['c'] } }),
    'the legacy document': () => ({ _id: 'giftcode_state', sent: { '1': ['a', 'B'], '2': ['c'] } }),
    'an array': () => lists,
    'a generator': generator,
    'an async generator': stream,
    'documents of guilds': () => [
      { _id: '1', codes: ['a', 'B'] },
      { _id: '2', codes: ['c'] },
    ],
    'a legacy store': () => new LegacyAdapterStore(new MemoryPair({ sent: { '1': ['a', 'B'], '2': ['c'] } })),
  };

  it.for(Object.entries(sources))('can be %s', async ([, make]) => {
    const to = new MemoryStore();
    const report = await migrateLegacyState({ from: make(), to });
    expect(await sentPairs(to)).toEqual(['1:A', '1:B', '2:C']);
    expect(report).toMatchObject({ status: 'completed', totals: { guilds: 2, found: 3, migrated: 3 } });
  });

  it('can be a collection with the legacy document, which is only read', async () => {
    const client = await connect();
    const database = client.db(freshDatabase());
    const legacy = database.collection<{ _id: string }>('giftcode_state');
    const document = { _id: 'giftcode_state', channels: { '3': 1 }, sent: { '1': ['a'], global: ['G'] } };
    await legacy.insertOne(document);
    const to = new MongoStore({ collection: database.collection('sent_giftcodes') });
    const report = await migrateLegacyState({ from: legacyStateCollection(legacy), to });
    expect(report.name).toBe(`document giftcode_state of collection ${database.databaseName}.giftcode_state`);
    expect(await sentPairs(to)).toEqual(['1:A', '1:G', '3:G']);
    expect(await legacy.findOne()).toEqual(document);
    expect((await migrateLegacyState({ from: legacyStateCollection(legacy), to })).status).toBe('skipped');
  });

  it('can be a cursor over documents of guilds, whose time is that of their codes', async () => {
    const client = await connect();
    const collection = client.db(freshDatabase()).collection<LegacyGuildDocument & { source?: string }>('sent_giftcodes');
    await collection.insertMany([
      { _id: '1', codes: ['a', 'b'], last_sent_at: new Date('2025-03-01T12:00:00Z'), source: 'api' },
      { _id: '2', codes: ['c'], last_sent_at: '2025-04-01T12:00:00.595606' },
      { _id: '3', codes: ['d'], last_sent_at: 'yesterday' },
      { _id: '4:E', codes: undefined as never },
    ]);
    const to = new MemoryStore();
    await migrateLegacyState({ from: collection.find({ codes: { $type: 'array' } }).sort({ _id: 1 }), to, clock });
    expect(await recordsOf(to, '1')).toEqual([
      ['A', 'migration', '2025-03-01T12:00:00.000Z'],
      ['B', 'migration', '2025-03-01T12:00:00.000Z'],
    ]);
    expect(await recordsOf(to, '2')).toEqual([['C', 'migration', '2025-04-01T12:00:00.595Z']]);
    expect(await recordsOf(to, '3')).toEqual([['D', 'migration', '2026-01-01T00:00:00.000Z']]);
  });

  it.for([undefined, null, 5, 'giftcode_state.json', () => []])('cannot be %j', async (from) => {
    await expect(migrateLegacyState({ from: from as never, to: new MemoryStore() })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      argument: 'from',
    });
  });

  it('cannot be the target', async () => {
    const store = new MemoryStore();
    await expect(migrateLegacyState({ from: store, to: store })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      argument: 'from',
    });
  });

  it.for([
    [{}, 'sent is undefined'],
    [{ sent: { '1': 'A' } }, 'sent["1"] is the string "A"'],
    [new MemoryPair(null), 'the state is null'],
  ])('of another shape is an error before anything is written: %j', async ([from, path]) => {
    const to = new MemoryStore();
    await expect(migrateLegacyState({ from: from as never, to })).rejects.toMatchObject({
      code: 'LEGACY_STATE_INVALID',
      message: expect.stringContaining(path as string) as unknown,
    });
    expect((await migrateLegacyState({ from: new MemoryPair(), to })).status).toBe('completed');
  });
});

describe('options', () => {
  it.for([
    [{ to: {} }, 'to'],
    [{ globalCodes: 'none' }, 'globalCodes'],
    [{ dryRun: 1 }, 'dryRun'],
    [{ onProgress: 'log' }, 'onProgress'],
    [{ signal: {} }, 'signal'],
    [{ name: '' }, 'name'],
    [{ markLegacyState: true }, 'markLegacyState'],
    [{ globalcodes: 'skip' }, 'globalcodes'],
  ] as const)('%j is refused', async ([options, argument]) => {
    const all = { from: [], to: new MemoryStore(), ...options };
    await expect(migrateLegacyState(all as never)).rejects.toMatchObject({ code: 'INVALID_OPTION', argument });
  });
});
