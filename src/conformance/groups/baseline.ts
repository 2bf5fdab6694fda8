import assert from 'node:assert/strict';
import { claimOf, collect, numbered } from '../assertions.js';
import { type ConformanceGroup, hasClaims, type ConformanceTest, when } from '../test-case.js';

const NOT_APPLIED = { applied: false, marked: [] };

const withClaims: readonly ConformanceTest[] = when(hasClaims, [
  {
    name: 'makes no baseline for a guild that has a held or an uncertain code: it has a past',
    run: async ({ store, guild }) => {
      const [held, maybe] = [guild(), guild()];
      const claim = claimOf(await store.claim(held, ['A']));
      await store.release(claimOf(await store.claim(maybe, ['A'])), 'uncertain');
      for (const guildId of [held, maybe]) {
        assert.deepEqual(await store.baseline(guildId, ['A', 'B']), NOT_APPLIED);
        assert.deepEqual(await store.filterUnsent(guildId, ['B']), ['B']);
      }
      assert.deepEqual(await store.renew(claim), claim);
      assert.equal((await store.states(maybe, ['A'])).get('A'), 'uncertain');
    },
  },
]);

/** What exists when a guild joins is marked without being posted, once in the guild's life. */
export const baseline: ConformanceGroup<'baseline'> = {
  name: 'baseline',
  tests: when(
    (supports) => supports.metadata,
    [
      {
        name: 'marks what exists as sent, with the source baseline, and offers what is new',
        run: async ({ store, guild, supports }) => {
          const guildId = guild();
          assert.deepEqual(await store.baseline(BigInt(guildId), ['b', 'A ', 'B']), { applied: true, marked: ['b', 'A '] });
          assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B', 'C']), ['C']);
          const sent = await collect(store.listSent(guildId));
          assert.deepEqual(sent.map(({ code }) => code).sort(), ['A', 'B']);
          assert.ok(sent.every(({ source }) => source === (supports.sources ? 'baseline' : null)));
        },
      },
      {
        name: 'is made once in the life of a guild',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.baseline(guildId, ['A']);
          assert.deepEqual(await store.baseline(guildId, ['A', 'B']), NOT_APPLIED);
          assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), ['B']);
        },
      },
      {
        name: 'may be empty, and counts all the same',
        run: async ({ store, guild }) => {
          const guildId = guild();
          assert.deepEqual(await store.baseline(guildId, []), { applied: true, marked: [] });
          assert.deepEqual(await store.baseline(guildId, ['A']), NOT_APPLIED);
          assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
        },
      },
      {
        name: 'is not made for a guild that has records, nor after those are forgotten',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.markSent(guildId, ['OLD']);
          assert.deepEqual(await store.baseline(guildId, ['OLD', 'NEW']), NOT_APPLIED);
          await store.forget(guildId, ['OLD']);
          assert.deepEqual(await store.baseline(guildId, ['OLD', 'NEW']), NOT_APPLIED);
          assert.deepEqual(await store.filterUnsent(guildId, ['OLD', 'NEW']), ['OLD', 'NEW']);
        },
      },
      {
        name: 'is not made again when all of it was forgotten',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.baseline(guildId, ['A']);
          assert.equal(await store.forget(guildId, ['A']), 1);
          assert.deepEqual(await store.baseline(guildId, ['A']), NOT_APPLIED);
          assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
        },
      },
      {
        name: 'is made for each guild by itself',
        run: async ({ store, guild }) => {
          const [one, other] = [guild(), guild()];
          await store.baseline(one, ['A']);
          assert.deepEqual(await store.filterUnsent(other, ['A']), ['A']);
          assert.deepEqual(await store.baseline(other, ['A']), { applied: true, marked: ['A'] });
        },
      },
      {
        name: 'is made by one of many concurrent callers, with its codes alone',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const codes = numbered('CODE', 10);
          const results = await Promise.all(codes.map((code) => store.baseline(guildId, ['COMMON', code])));
          const applied = results.filter((result) => result.applied);
          assert.equal(applied.length, 1);
          assert.equal((await store.filterUnsent(guildId, codes)).length, 9);
          assert.deepEqual(await store.filterUnsent(guildId, applied[0]?.marked ?? []), []);
        },
      },
      {
        name: 'ends when the guild is cleared',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.baseline(guildId, ['A']);
          assert.equal(await store.clearGuild(guildId), 1);
          assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
          assert.deepEqual(await store.baseline(guildId, ['A', 'B']), { applied: true, marked: ['A', 'B'] });
        },
      },
      ...withClaims,
    ],
  ),
};
