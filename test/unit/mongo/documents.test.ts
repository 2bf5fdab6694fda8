import { Double, Int32, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoStore, mongoWorld, passTime } from '../../support/mongo-stores.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const GUILD = '1406122908476112956';
const SENT_AT = new Date('2025-11-07T06:00:40.595Z');
const NOW = Date.UTC(2026, 0, 1);
const clock = { now: () => NOW, monotonic: () => 0 };

describe('the documents of codes', () => {
  it('have the id guild:CODE, the guild as a 64-bit number, and BSON dates', async () => {
    const { store, documents } = await mongoWorld({ clock });
    await store.markSent(GUILD, ['abc'], { source: 'api', sentAt: SENT_AT });
    const document = await documents.findOne({ _id: `${GUILD}:ABC` }, { promoteLongs: false });
    expect(document).toEqual({
      _id: `${GUILD}:ABC`,
      guild_id: Long.fromString(GUILD),
      code: 'ABC',
      source: 'api',
      sent_at: SENT_AT,
      created_at: new Date(NOW),
      updated_at: new Date(NOW),
      mark_id: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
  });

  it("have ISO strings as Python's isoformat writes them with timestamps: 'iso'", async () => {
    const { store, documents } = await mongoWorld({ clock, timestamps: 'iso' });
    await store.markSent(GUILD, ['abc'], { sentAt: SENT_AT });
    expect(await documents.findOne({ _id: `${GUILD}:ABC` })).toMatchObject({
      sent_at: '2025-11-07T06:00:40.595000',
      created_at: '2026-01-01T00:00:00.000000',
      updated_at: '2026-01-01T00:00:00.000000',
    });
    expect(await collect(store.listSent(GUILD))).toMatchObject([{ sentAt: SENT_AT }]);
  });

  it('are found by a query for the guild as a number, claims among them', async () => {
    const { store, documents } = await mongoWorld();
    await store.markSent('5', ['SENT']);
    await store.claim(5n, ['CLAIMED']);
    for (const number of [5, new Int32(5), new Double(5), Long.fromNumber(5)]) {
      expect(await documents.countDocuments({ guild_id: number })).toBe(2);
    }
  });

  it('have the guild as a string where it is no 64-bit number', async () => {
    const { store, documents } = await mongoWorld();
    await store.markSent('channel-7', ['A']);
    expect(await documents.findOne({ _id: 'channel-7:A' })).toMatchObject({ guild_id: 'channel-7' });
  });

  it('hold texts that MongoDB reads as expressions elsewhere as they are', async () => {
    const { store, documents } = await mongoWorld({ identity: { name: 'exact', normalize: (code) => code } });
    for (const code of ['$$ROOT', '$code', '$$NOW', 'a.b', '{"$gt":""}']) {
      const { claim } = await store.claim('$guild_id', [code]);
      expect(await documents.findOne({ _id: `$guild_id:${code}` })).toMatchObject({
        guild_id: '$guild_id',
        code,
        claim: { spelling: code },
      });
      await store.confirm(claim!, undefined, { source: '$source' });
      expect(await documents.findOne({ _id: `$guild_id:${code}` })).toMatchObject({
        guild_id: '$guild_id',
        code,
        source: '$source',
      });
    }
  });

  it('lose the claim when they are marked', async () => {
    const { store, documents } = await mongoWorld();
    const { claim } = await store.claim(GUILD, ['A']);
    expect(await documents.findOne({ _id: `${GUILD}:A` })).toMatchObject({
      claim: { token: claim!.token, message_id: claim!.messageId, spelling: 'A', position: 0, size: 1, attempt: 1 },
    });
    await store.confirm(claim!);
    expect(Object.keys((await documents.findOne({ _id: `${GUILD}:A` }))!)).not.toContain('claim');
  });

  it('are the same, byte for byte, after a second mark', async () => {
    const { store, documents } = await mongoWorld();
    await store.markSent(GUILD, ['A'], { source: 'api' });
    const before = await documents.findOne({ _id: `${GUILD}:A` });
    const marking = openPrimitives(store);
    expect(await marking.markRecords([{ guildId: GUILD, code: 'A', source: 'manual', sentAt: 1 }])).toEqual([false]);
    expect(await documents.findOne({ _id: `${GUILD}:A` })).toEqual(before);
  });
});

describe('a hold of a version that kept no end of a try', () => {
  it.each([
    ['given back', null],
    ['ran out', new Date(0)],
  ])('is over at the latest when somebody asks, and stays held (%s)', async (_, leaseUntil) => {
    const { store, documents } = await mongoWorld();
    await store.claim(GUILD, ['A']);
    const old = { $set: { 'claim.token': null, 'claim.lease_until': leaseUntil }, $unset: { 'claim.ended_at': 1 } };
    await documents.updateOne({ _id: `${GUILD}:A` }, old);
    const [asked] = await store.takeUncertain(GUILD, { purpose: 'ask' });
    expect(asked!.idleMs).toBeGreaterThanOrEqual(0);
    await store.release(asked!, 'not-sent');
    expect((await store.states(GUILD, ['A'])).get('A')).toBe('uncertain');
  });
});

describe('what others wrote to the collection', () => {
  /** What the Python bot does at each mark. */
  const legacyMark = (code: string, sentAt: string) => ({
    updateOne: {
      filter: { _id: `${GUILD}:${code}` },
      update: {
        $set: { guild_id: Long.fromString(GUILD), code, source: 'website', sent_at: sentAt, updated_at: sentAt },
        $setOnInsert: { created_at: sentAt },
      },
      upsert: true,
    },
  });

  it("counts as sent if the old bot marked it, with the old bot's time and source", async () => {
    const { store, documents } = await mongoWorld();
    await documents.bulkWrite([legacyMark('OLD', '2025-11-07T06:00:40.595606')]);
    expect(await store.filterUnsent(GUILD, ['old', 'new'])).toEqual(['new']);
    expect(await store.markSent(GUILD, ['old'])).toEqual({ marked: [], alreadySent: ['old'] });
    expect(await collect(store.listSent(GUILD))).toEqual([
      { guildId: GUILD, code: 'OLD', source: 'website', sentAt: new Date('2025-11-07T06:00:40.595Z'), receipt: null },
    ]);
  });

  it('counts as sent if the old bot marked a code that is claimed, and the claim is lost', async () => {
    const { store, documents } = await mongoWorld();
    const { claim } = await store.claim(GUILD, ['A', 'B']);
    await documents.bulkWrite([legacyMark('A', '2025-11-07T06:00:40')]);
    expect(await store.states(GUILD, ['A', 'B'])).toEqual(
      new Map([
        ['A', 'sent'],
        ['B', 'claimed'],
      ]),
    );
    expect(await store.renew(claim!)).toMatchObject({ codes: ['B'] });
    await store.release(claim!, 'not-sent');
    expect(await store.states(GUILD, ['A', 'B'])).toEqual(
      new Map([
        ['A', 'sent'],
        ['B', 'absent'],
      ]),
    );
    await passTime(documents, 120_000);
    expect(await store.takeUncertain(GUILD)).toEqual([]);
    expect(await store.isSent(GUILD, 'A')).toBe(true);
  });

  it.each([null, '', 'yesterday', 1762495240, false, { $date: 5 }])(
    'counts as sent without a time if sent_at is %o',
    async (sentAt) => {
      const { store, documents } = await mongoWorld();
      await documents.insertOne({ _id: `${GUILD}:A`, sent_at: sentAt });
      expect(await store.filterUnsent(GUILD, ['A'])).toEqual([]);
      expect(await collect(store.listSent(GUILD))).toEqual([
        { guildId: GUILD, code: 'A', source: null, sentAt: null, receipt: null },
      ]);
    },
  );

  it.each([
    [{}],
    [{ code: 'A', created_at: new Date() }],
    [{ claim: null }],
    [{ claim: 'mine' }],
    [{ claim: { token: 5 } }],
    [{ claim: { token: 't', message_id: 'm', lease_until: '2999-01-01' } }],
  ])('is uncertain, not free, if it is %o: neither a mark nor a claim', async (fields) => {
    const { store, documents } = await mongoWorld();
    await documents.insertOne({ _id: `${GUILD}:A`, ...fields });
    expect(await store.states(GUILD, ['A'])).toEqual(new Map([['A', 'uncertain']]));
    expect(await store.claim(GUILD, ['A'])).toMatchObject({ claimed: [], uncertain: ['A'] });
    expect(await store.takeUncertain(GUILD)).toEqual([]);
    expect(await collect(store.listUncertain(GUILD))).toMatchObject([{ code: 'A', spelling: 'A', ageMs: null }]);
    expect(await store.resolveUncertain(GUILD, ['A'], 'not-sent')).toBe(1);
    expect(await store.filterUnsent(GUILD, ['A'])).toEqual(['A']);
  });

  it.each([[{ code: 'A' }], [{ guild_id: 1 }]])(
    'stays as it is, and is not claimed, if it is %o and appears after the look-up of a claim',
    async (fields) => {
      const { store, documents } = await mongoWorld();
      await documents.insertOne({ _id: `${GUILD}:A`, ...fields });
      const hold = { code: 'A', token: 't', messageId: 'm', spelling: 'A', position: 0, size: 1, attempt: 1 };
      const primitives = openPrimitives(store);
      const claim = { guildId: GUILD, leaseMs: 60_000, ageMs: 0, holds: [hold] };
      expect(await primitives.claimRecords(claim)).toMatchObject([{ state: 'uncertain', token: null }]);
      expect(await documents.findOne({ _id: `${GUILD}:A` })).toEqual({ _id: `${GUILD}:A`, ...fields });
    },
  );

  it('goes by the id alone where id, guild_id and code disagree', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertOne({ _id: '1:A', guild_id: Long.fromNumber(2), code: 'B', sent_at: SENT_AT });
    expect(
      await store.filterUnsentMany([
        { guildId: '1', codes: ['A', 'B'] },
        { guildId: '2', codes: ['A', 'B'] },
      ]),
    ).toEqual([
      { guildId: '1', codes: ['B'] },
      { guildId: '2', codes: ['A', 'B'] },
    ]);
    expect(await collect(store.listSent('1'))).toMatchObject([{ code: 'A' }]);
    expect(await collect(store.listGuilds())).toEqual(['1']);
  });

  it('is no record if its id is not a text, and reported if its id is not in the form of the identity', async () => {
    const warnings: string[] = [];
    const logger = { info: () => undefined, warn: (text: string) => warnings.push(text), error: () => undefined };
    const { store, documents } = await mongoWorld({ logger });
    await documents.insertMany([
      { _id: 5 as never, sent_at: SENT_AT },
      { _id: { guild: '1' } as never, sent_at: SENT_AT },
      { _id: '1:abc', sent_at: SENT_AT },
      { _id: '1:DEF', sent_at: SENT_AT },
      { _id: 'notes', text: 'of the bot' },
    ]);
    expect(await collect(store.listSent('1'))).toMatchObject([{ code: 'DEF' }]);
    expect(await collect(store.listGuilds())).toEqual(['1']);
    expect(warnings).toEqual([expect.stringContaining('1 documents have an id')]);
  });
});

describe('a collection made with other options', () => {
  it.each([
    [{ promoteValues: false, promoteLongs: false }],
    [{ useBigInt64: true }],
    [{ raw: true }],
    [{ writeConcern: { w: 0 }, readConcern: { level: 'majority' }, readPreference: 'secondaryPreferred' }],
  ] as const)('%o is used as any other', async (options) => {
    const { client, documents, log } = await mongoWorld();
    const store = mongoStore(client.db(documents.dbName).collection(documents.collectionName, options));
    expect(await store.markSent(GUILD, ['A'], { sentAt: SENT_AT })).toEqual({ marked: ['A'], alreadySent: [] });
    const { claim } = await store.claim(GUILD, ['A', 'B', 'C']);
    expect(claim).toMatchObject({ codes: ['B', 'C'] });
    await passTime(documents, 90_000);
    expect(await store.takeUncertain(GUILD)).toMatchObject([{ codes: ['B', 'C'], attempt: 2, messageId: claim!.messageId }]);
    expect(await store.stats(GUILD)).toMatchObject({ total: 1, firstSentAt: SENT_AT, uncertain: 0 });
    expect(await collect(store.listGuilds())).toEqual([GUILD]);
    expect(await store.baseline('6', ['X'])).toEqual({ applied: true, marked: ['X'] });
    expect(await store.forget(GUILD, ['A', 'B'])).toBe(1);
    log.mark();
    expect(await store.confirm((await store.claim(GUILD, ['D', 'E'])).claim!)).toMatchObject({ marked: ['D', 'E'] });
    expect(log.names()).toEqual(['find', 'update', 'find', 'update']);
  });
});

describe('a collection that was filled under another identity', () => {
  it('is refused, and taken once it is kept under the same', async () => {
    const { store, documents, collection } = await mongoWorld();
    await store.markSent('1', ['A']);
    await documents.updateOne({ _id: ':identity' }, { $set: { value: 'exact/1' } });
    const next = mongoStore(collection);
    await expect(next.ping()).rejects.toMatchObject({ code: 'IDENTITY_MISMATCH' });
    await documents.updateOne({ _id: ':identity' }, { $set: { value: store.identity.name } });
    expect(await next.isSent('1', 'a')).toBe(true);
  });
});
