import assert from 'node:assert/strict';
import { claimOf, collect, numbered, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** Nothing is lost when a batch is cut into chunks. */
export const largeBatches: ConformanceGroup<'large batches'> = {
  name: 'large batches',
  tests: [
    {
      name: 'marks 5 000 codes of one guild in one call, and none twice',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = numbered('code', 5000);
        await store.markSent(guildId, codes.slice(2000, 2500));
        const result = await store.markSent(guildId, [...codes, ...codes.slice(0, 100)]);
        assert.deepEqual(result.marked, [...codes.slice(0, 2000), ...codes.slice(2500)]);
        assert.deepEqual(result.alreadySent, codes.slice(2000, 2500));
        const asked = [...codes, 'new 1', ...codes, 'new 2'];
        assert.deepEqual(await store.filterUnsent(guildId, asked), ['new 1', 'new 2']);
        const states = await store.states(guildId, asked);
        assert.equal(states.size, 5002);
        assert.equal([...states.values()].filter((state) => state === 'sent').length, 5000);
        assert.equal((await store.stats(guildId)).total, 5000);
        assert.equal(new Set((await collect(store.listSent(guildId))).map(({ code }) => code)).size, 5000);
      },
    },
    {
      name: 'answers and marks 600 guilds with 5 codes each in one call',
      run: async ({ store, guild }) => {
        const batch = Array.from({ length: 600 }, () => ({ guildId: guild(), codes: numbered('CODE', 5) }));
        const known = batch.filter((_, index) => index % 3 === 0).map(({ guildId }) => ({ guildId, codes: ['CODE-2'] }));
        await store.markSentMany(known);
        const unsent = await store.filterUnsentMany(batch);
        for (const [index, { guildId, codes }] of unsent.entries()) {
          assert.equal(guildId, batch[index]?.guildId);
          assert.deepEqual(codes, index % 3 === 0 ? ['CODE-0', 'CODE-1', 'CODE-3', 'CODE-4'] : numbered('CODE', 5));
        }
        const marked = await store.markSentMany(batch);
        for (const [index, result] of marked.entries()) {
          assert.deepEqual(result, {
            guildId: batch[index]?.guildId,
            marked: unsent[index]?.codes,
            alreadySent: index % 3 === 0 ? ['CODE-2'] : [],
          });
        }
        assert.ok((await store.filterUnsentMany(batch)).every(({ codes }) => codes.length === 0));
        assert.ok((await store.statesMany(batch)).every(({ states }) => states.size === 5));
      },
    },
    {
      name: 'forgets and clears by the thousand',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = numbered('CODE', 2500);
        await store.markSent(guildId, codes);
        assert.equal(await store.forget(guildId, codes.slice(0, 1200)), 1200);
        assert.equal(await store.clearGuild(guildId), 1300);
        assert.equal((await store.filterUnsent(guildId, codes)).length, 2500);
      },
    },
    ...when(hasClaims, [
      {
        name: 'claims, renews, takes over and confirms 1 500 codes as one message',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const codes = numbered('code', 1500);
          const claim = claimOf(await store.claim(guildId, codes));
          assert.deepEqual(claim.codes, codes);
          assert.deepEqual(await store.renew(claim), claim);
          await store.release(claim, 'uncertain');
          assert.equal((await collect(store.listUncertain(guildId))).length, 1500);
          const retry = only(await store.takeUncertain(guildId));
          assert.deepEqual(retry.codes, codes);
          assert.equal((await store.confirm(retry)).marked.length, 1500);
          assert.equal((await store.stats(guildId)).total, 1500);
        },
      },
      {
        name: 'takes over 300 messages in one call',
        run: async ({ store, guild }) => {
          const guildId = guild();
          for (let index = 0; index < 300; index += 1) {
            await store.release(claimOf(await store.claim(guildId, [`B-${index}`, `A-${index}`])), 'uncertain');
          }
          const taken = await store.takeUncertain(guildId);
          assert.equal(taken.length, 300);
          for (const { codes } of taken) assert.deepEqual(codes, [`B-${codes[0]?.slice(2)}`, `A-${codes[0]?.slice(2)}`]);
          assert.equal(new Set(taken.map(({ messageId }) => messageId)).size, 300);
        },
      },
    ]),
  ],
};
