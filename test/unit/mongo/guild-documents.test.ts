import { StoreDamagedError } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoWorld, passTime } from '../../support/mongo-stores.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const LAST = '2025-11-07T06:00:40.595606';
const LAST_AT = new Date('2025-11-07T06:00:40.595Z');

describe("a guild's own document with a list of codes", () => {
  it('counts every code of the list as sent, whatever its spelling, with the key of its own guild before it or without', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertOne({
      _id: '1',
      codes: ['abc', ' Def ', '1:ghi', 777, '2:JKL', '', null],
      last_sent_at: LAST,
      source: 'api',
    });
    expect(await store.filterUnsent('1', ['ABC', 'def', 'Ghi', '777', 'jkl', 'new'])).toEqual(['jkl', 'new']);
    expect(await store.filterUnsent('2', ['abc', 'jkl'])).toEqual(['abc', 'jkl']);
    expect(await store.isSent('1', 'ghi')).toBe(true);
    expect(await collect(store.listSent('1'))).toEqual(
      ['ABC', 'DEF', 'GHI', '777', '2:JKL'].map((code) => ({
        guildId: '1',
        code,
        source: 'api',
        sentAt: LAST_AT,
        receipt: null,
      })),
    );
  });

  it('neither marks nor claims a code of the list again', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertOne({ _id: '1', codes: ['A'] });
    expect(await store.markSent('1', ['a', 'b'])).toEqual({ marked: ['b'], alreadySent: ['a'] });
    expect(await store.claim('1', ['A', 'C'])).toMatchObject({ claimed: ['C'], alreadySent: ['A'] });
    expect(await documents.countDocuments({ _id: '1:A' })).toBe(0);
  });

  it('lists each code and each guild once where the code has a document too', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertMany([
      { _id: '1', codes: ['A', 'a', '1:A', 'B'], last_sent_at: LAST },
      { _id: '1:A', sent_at: new Date(), source: 'manual' },
      { _id: '1:B', claim: { token: 't' } },
      { _id: '1:C', sent_at: new Date() },
      { _id: '12:A', sent_at: new Date() },
      { _id: '2', codes: [] },
      { _id: '3' },
      { _id: '4', codes: ['D'] },
    ]);
    expect((await collect(store.listSent('1'))).map(({ code }) => code).sort()).toEqual(['A', 'B', 'C']);
    expect((await collect(store.listGuilds())).sort()).toEqual(['1', '12', '4']);
    expect(await store.stats('1')).toMatchObject({ total: 3, uncertain: 0, bySource: { unknown: 3 } });
    expect(await collect(store.listUncertain('1'))).toEqual([]);
    expect(await collect(store.listUncertain())).toEqual([]);
    const all = await collect(openPrimitives(store).scanRecords({}));
    expect(all.map(({ guildId, code }) => `${guildId} ${code}`).sort()).toEqual(['1 A', '1 B', '1 C', '12 A', '4 D']);
  });

  it('makes no baseline for a guild with a list, and does for one whose list is empty', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertMany([
      { _id: '1', codes: ['A'] },
      { _id: '2', codes: [] },
    ]);
    expect(await store.baseline('1', ['B'])).toEqual({ applied: false, marked: [] });
    expect(await store.baseline('2', ['B'])).toEqual({ applied: true, marked: ['B'] });
  });

  it('forgets every spelling of a code, in the list and beside it, and counts it once', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertMany([
      { _id: '1', codes: ['abc', 'ABC', '1:Abc', 'keep', 5], last_sent_at: LAST },
      { _id: '1:ABC', sent_at: new Date() },
      { _id: '1:X', sent_at: new Date() },
    ]);
    expect(await store.forget('1', ['Abc', 'x', '5', 'unknown'])).toBe(3);
    expect(await documents.findOne({ _id: '1' })).toEqual({ _id: '1', codes: ['keep'], last_sent_at: LAST });
    expect(await store.filterUnsent('1', ['abc', 'keep', 'x'])).toEqual(['abc', 'x']);
  });

  it('clears the list with the guild, but not what is being sent', async () => {
    const { store, documents } = await mongoWorld();
    const { claim } = await store.claim('1', ['LIVE', 'OVER']);
    await documents.insertMany([
      { _id: '1', codes: ['A', 'b', 'C'] },
      { _id: '1:C', sent_at: new Date() },
      { _id: '1:D', sent_at: new Date() },
      { _id: '12:A', sent_at: new Date() },
    ]);
    await passTime(documents, 120_000);
    await store.renew({ ...claim!, codes: ['LIVE'] });
    expect(await store.clearGuild('1')).toBe(5);
    expect((await documents.distinct('_id', { _id: /^1/ })).sort()).toEqual(['12:A', '1:LIVE']);
    expect(await store.filterUnsent('1', ['A', 'B', 'C', 'D', 'OVER', 'LIVE'])).toEqual(['A', 'B', 'C', 'D', 'OVER']);
  });

  it('leaves a document alone that has the id of a guild and no list', async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertOne({ _id: '1', prefix: '!' });
    await store.markSent('1', ['A']);
    expect(await store.clearGuild('1')).toBe(1);
    expect(await documents.findOne({ _id: '1' })).toEqual({ _id: '1', prefix: '!' });
  });

  it.each([['all'], [{ A: true }], [['A', { code: 'B' }]], [[['A']]]])(
    'says STORE_DAMAGED if codes is %o: it could list any code',
    async (codes) => {
      const { store, documents } = await mongoWorld();
      await documents.insertOne({ _id: '1', codes });
      for (const call of [
        () => store.filterUnsent('1', ['X']),
        () => store.markSent('1', ['X']),
        () => store.claim('1', ['X']),
        () => store.forget('1', ['X']),
        () => collect(store.listSent('1')),
      ]) {
        await expect(call()).rejects.toThrow(StoreDamagedError);
      }
      expect(await store.filterUnsent('2', ['X'])).toEqual(['X']);
    },
  );
});
