import assert from 'node:assert/strict';
import { claimOf, collect, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** A forgotten code counts as new. A code that is being sent is not forgotten. */
export const forgetAndClear: ConformanceGroup<'forget and clear'> = {
  name: 'forget and clear',
  tests: [
    {
      name: 'offers a forgotten code again, and says how many were forgotten',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['A', 'B', 'C']);
        assert.equal(await store.forget(BigInt(guildId), new Set([' a', 'A', 'c', 'unknown'])), 2);
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B', 'C']), ['A', 'C']);
        assert.equal(only(await collect(store.listSent(guildId))).code, 'B');
        assert.equal(await store.forget(guildId, ['A', 'C']), 0);
      },
    },
    {
      name: 'forgets a code of that guild only',
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        await store.markSentMany([
          { guildId: one, codes: ['A'] },
          { guildId: other, codes: ['A'] },
        ]);
        assert.equal(await store.forget(one, ['A']), 1);
        assert.equal(await store.isSent(other, 'A'), true);
      },
    },
    {
      name: 'marks a forgotten code as it marks a new one, with the time and the source of the second mark',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        const [first, second] = [new Date('2023-01-01T00:00:00Z'), new Date('2024-01-01T00:00:00Z')];
        await store.markSent(guildId, ['A'], { source: 'api', sentAt: first });
        await store.forget(guildId, ['A']);
        assert.deepEqual(await store.markSent(guildId, ['A'], { source: 'website', sentAt: second }), {
          marked: ['A'],
          alreadySent: [],
        });
        const { source, sentAt } = only(await collect(store.listSent(guildId)));
        assert.deepEqual(
          { source, sentAt },
          { source: supports.sources ? 'website' : null, sentAt: supports.times ? second : null },
        );
      },
    },
    {
      name: 'clears a guild and no other',
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        await store.markSent(one, ['A', 'B', 'C']);
        await store.markSent(other, ['A']);
        assert.equal(await store.clearGuild(BigInt(one)), 3);
        assert.deepEqual(await store.filterUnsent(one, ['A', 'B', 'C']), ['A', 'B', 'C']);
        assert.ok(!(await collect(store.listGuilds())).includes(one));
        assert.equal(await store.isSent(other, 'A'), true);
        assert.equal(await store.clearGuild(one), 0);
      },
    },
    {
      name: 'clears a guild that it never heard of: nothing to forget',
      run: async ({ store, guild }) => assert.equal(await store.clearGuild(guild()), 0),
    },
    ...when(hasClaims, [
      {
        name: 'leaves a code alone that someone is sending',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A', 'B']));
          assert.equal(await store.forget(guildId, ['A', 'B']), 0);
          assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), []);
          assert.deepEqual(await store.renew(claim), claim);
          assert.deepEqual(await store.confirm(claim), { marked: ['A', 'B'], alreadySent: [], leaseLost: false });
        },
      },
      {
        name: 'forgets an uncertain code; its late owner has lost it',
        run: async ({ store, guild, advance }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: 1000 }));
          await advance(2000);
          assert.equal(await store.forget(guildId, ['A']), 1);
          assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
          assert.deepEqual(await collect(store.listUncertain(guildId)), []);
          await rejectsWith('LEASE_LOST', () => store.renew(claim));
          assert.equal((await store.states(guildId, ['A'])).get('A'), 'absent');
        },
      },
      {
        name: 'clears all of a guild but what someone is sending',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.markSent(guildId, ['SENT']);
          await store.release(claimOf(await store.claim(guildId, ['MAYBE'])), 'uncertain');
          const claim = claimOf(await store.claim(guildId, ['HELD']));
          assert.equal(await store.clearGuild(guildId), 2);
          assert.deepEqual(
            [...(await store.states(guildId, ['SENT', 'MAYBE', 'HELD'])).values()],
            ['absent', 'absent', 'claimed'],
          );
          assert.deepEqual(await store.renew(claim), claim);
          assert.equal((await store.confirm(claim)).leaseLost, false);
        },
      },
    ]),
  ],
};
