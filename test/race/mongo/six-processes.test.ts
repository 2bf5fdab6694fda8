import { type Claim, MongoStore } from 'sent-code-store';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { passTime } from '../../support/mongo-stores.js';
import { freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { type Contenders, startContenders } from './contenders.js';

const PROCESSES = 6;
const CODES = Array.from({ length: 100 }, (_, index) => `CODE${String(index).padStart(3, '0')}`);
const database = freshDatabase();
const client = new MongoClient(mongoUri());
const store = new MongoStore({ client, database });
let contenders: Contenders;

beforeAll(async () => {
  await store.ping();
  contenders = await startContenders(PROCESSES, mongoUri(), database);
});
afterAll(async () => {
  await contenders.end();
  await store.close();
  await client.close();
});

/** The codes as one of the processes orders them: each starts elsewhere, and every second one goes backwards. */
function orderOf(index: number, codes: readonly string[]): string[] {
  const start = Math.floor((index * codes.length) / PROCESSES / 2);
  const rotated = [...codes.slice(start), ...codes.slice(0, start)];
  return index % 2 === 0 ? rotated : rotated.reverse();
}

const keysOf = (claims: readonly Claim[]): string[] => claims.flatMap(({ codes }) => codes);

describe('six processes on one collection', () => {
  it.each([
    ['all at once', 100],
    ['20 at a time', 20],
    ['one by one', 1],
  ])('that claim the same 100 codes of a guild %s have one winner for each', async (_, together) => {
    for (const guildId of [`${together}1`, `${together}2`].slice(0, together === 1 ? 1 : 2)) {
      const claims = await contenders.contend<Claim[]>((index) => ({
        kind: 'claim',
        guildId,
        codes: orderOf(index, CODES),
        together,
      }));
      expect(claims.flatMap(keysOf).sort()).toEqual(CODES);
      // Who was told that it won is who the collection says, with a message of its own and of the right size.
      for (const claim of claims.flat()) expect(await store.renew(claim)).toEqual(claim);
      expect(await store.filterUnsent(guildId, CODES)).toEqual([]);
      await passTime(client.db(database).collection('sent_giftcodes'), 120_000);
      const taken = await store.takeUncertain(guildId);
      expect(taken.map(({ messageId }) => messageId).sort()).toEqual(
        claims
          .flat()
          .map(({ messageId }) => messageId)
          .sort(),
      );
    }
  });

  it.each([
    ['all at once', 100],
    ['20 at a time', 20],
    ['one by one', 1],
  ])('that mark the same 100 codes %s have one that marked each', async (_, together) => {
    const guildId = `mark-${together}`;
    const marked = await contenders.contend<string[]>((index) => ({
      kind: 'mark',
      guildId,
      codes: orderOf(index, CODES),
      together,
    }));
    expect(marked.flat().sort()).toEqual(CODES);
    const { total, bySource } = await store.stats(guildId);
    expect(total).toBe(CODES.length);
    expect(Object.values(bySource).sort()).toEqual(
      marked
        .map((codes) => codes.length)
        .filter(Boolean)
        .sort(),
    );
  });

  it.each([
    ['all at once', 100],
    ['20 at a time', 20],
  ])('that mark the same 100 codes %s while somebody holds them have one that marked each', async (_, together) => {
    const guildId = `held-${together}`;
    const { claim } = await store.claim(guildId, CODES);
    const marked = await contenders.contend<string[]>((index) => ({
      kind: 'mark',
      guildId,
      codes: orderOf(index, CODES),
      together,
    }));
    expect(marked.flat().sort()).toEqual(CODES);
    expect(await store.confirm(claim!)).toEqual({ marked: [], alreadySent: CODES, leaseLost: false });
  });

  it('of which three mark what the others claim leave everything sent', async () => {
    for (const together of [1, 50]) {
      const guildId = `both-${together}`;
      const answers = await contenders.contend<unknown[]>((index) => ({
        kind: index < 3 ? 'mark' : 'claim',
        guildId,
        codes: orderOf(index, CODES),
        together,
      }));
      expect((answers.slice(0, 3) as string[][]).flat().sort()).toEqual(CODES);
      const claims = (answers.slice(3) as Claim[][]).map(keysOf).flat();
      expect(new Set(claims).size).toBe(claims.length);
      expect((await collect(store.listSent(guildId))).map(({ code }) => code).sort()).toEqual(CODES);
    }
  });

  it('that take over uncertain messages take each whole, and once', async () => {
    const guildId = 'take';
    const claims: Claim[] = [];
    for (let start = 0; start < CODES.length; start += 5) {
      claims.push((await store.claim(guildId, CODES.slice(start, start + 5))).claim!);
    }
    await passTime(client.db(database).collection('sent_giftcodes'), 120_000);
    const taken = await contenders.contend<Claim[]>(() => ({ kind: 'take', guildId }));
    const byMessage = (a: { messageId: string }, b: { messageId: string }): number => (a.messageId < b.messageId ? -1 : 1);
    expect(
      taken
        .flat()
        .sort(byMessage)
        .map(({ messageId, codes, attempt }) => ({ messageId, codes, attempt })),
    ).toEqual(claims.sort(byMessage).map(({ messageId, codes }) => ({ messageId, codes, attempt: 2 })));
    for (const claim of taken.flat()) expect(await store.renew(claim)).toEqual(claim);
  });

  it('that make a baseline, each of other codes, make one', async () => {
    for (const guildId of ['base-1', 'base-2', 'base-3']) {
      const applied = await contenders.contend<boolean>((index) => ({
        kind: 'baseline',
        guildId,
        codes: [`B${index}`, 'SHARED'],
      }));
      expect(applied.filter(Boolean)).toHaveLength(1);
      const codes = (await collect(store.listSent(guildId))).map(({ code }) => code).sort();
      expect(codes).toEqual([`B${applied.indexOf(true)}`, 'SHARED']);
    }
  });

  it('that claim one code and give it back again and again all go on, and leave it free', async () => {
    const had = await contenders.contend<number>(() => ({ kind: 'cycle', guildId: 'cycle', code: 'C', times: 40 }));
    expect(had.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect(await store.filterUnsent('cycle', ['C'])).toEqual(['C']);
  });
});
