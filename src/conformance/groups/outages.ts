import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { claimOf, collect } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** The result of a call. An error is a result too, but never "unsent". */
async function attempt<T>(call: () => Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

/** What cannot be known is never answered "unsent", and an error is not swallowed. */
export const outages: ConformanceGroup<'outages'> = {
  name: 'outages',
  tests: [
    {
      name: 'rejects, or tells the truth, while its backend fails: a sent code is never offered',
      run: async ({ store, guild, outage }) => {
        const guildId = guild();
        await store.markSent(guildId, ['A', 'B']);
        const end = await outage();
        const filtered = await attempt(() => store.filterUnsent(guildId, ['A', 'B']));
        const many = await attempt(() => store.filterUnsentMany([{ guildId, codes: ['A', 'B'] }]));
        const states = await attempt(() => store.states(guildId, ['A', 'B']));
        const isSent = await attempt(() => store.isSent(guildId, 'A'));
        const listed = await attempt(() => collect(store.listSent(guildId)));
        const stats = await attempt(() => store.stats(guildId));
        await end();
        if ('value' in filtered) assert.deepEqual(filtered.value, [], 'filterUnsent');
        if ('value' in many) assert.deepEqual(many.value, [{ guildId, codes: [] }], 'filterUnsentMany');
        if ('value' in states) assert.deepEqual([...states.value.values()], ['sent', 'sent'], 'states');
        if ('value' in isSent) assert.equal(isSent.value, true, 'isSent');
        if ('value' in listed) assert.equal(listed.value.length, 2, 'listSent');
        if ('value' in stats) assert.equal(stats.value.total, 2, 'stats');
      },
    },
    {
      name: 'acknowledges no mark that it could not make',
      run: async ({ store, guild, outage }) => {
        const [one, other] = [guild(), guild()];
        const end = await outage();
        const single = await attempt(() => store.markSent(one, ['A']));
        const many = await attempt(() => store.markSentMany([{ guildId: other, codes: ['A'] }]));
        const after = await end();
        if ('value' in single)
          assert.equal(await after.isSent(one, 'A'), true, `acknowledged and lost: ${inspect(single.value)}`);
        if ('value' in many) assert.equal(await after.isSent(other, 'A'), true, `acknowledged and lost: ${inspect(many.value)}`);
        // A failed mark may have been made or not. The same call again must mark the code.
        await after.markSent(one, ['A']);
        assert.deepEqual(await after.filterUnsent(one, ['A']), []);
      },
    },
    {
      name: 'forgets nothing over an outage',
      run: async ({ store, guild, outage }) => {
        const guildId = guild();
        await store.markSent(guildId, ['BEFORE']);
        const end = await outage();
        await attempt(() => store.markSent(guildId, ['MEANWHILE']));
        await attempt(() => store.filterUnsent(guildId, ['BEFORE']));
        const after = await end();
        assert.deepEqual(await after.filterUnsent(guildId, ['BEFORE']), []);
        await after.markSent(guildId, ['AFTER']);
        assert.deepEqual(await after.filterUnsent(guildId, ['BEFORE', 'AFTER']), []);
      },
    },
    {
      name: 'says nothing was forgotten only if it knows',
      run: async ({ store, guild, outage }) => {
        const guildId = guild();
        await store.markSent(guildId, ['A']);
        const end = await outage();
        const forgotten = await attempt(() => store.forget(guildId, ['A']));
        const after = await end();
        if ('value' in forgotten) {
          assert.equal(forgotten.value, 1);
          assert.deepEqual(await after.filterUnsent(guildId, ['A']), ['A']);
        }
      },
    },
    ...when(hasClaims, [
      {
        name: 'gives no claim that it could not make, and none on a sent code',
        run: async ({ store, guild, outage }) => {
          const guildId = guild();
          await store.markSent(guildId, ['SENT']);
          const end = await outage();
          const claimed = await attempt(() => store.claim(guildId, ['SENT', 'NEW']));
          const after = await end();
          if ('value' in claimed) {
            assert.ok(!claimed.value.claimed.includes('SENT'), 'a claim on a sent code was given');
            const state = (await after.states(guildId, ['NEW'])).get('NEW');
            assert.ok(claimed.value.claimed.length === 0 || state !== 'absent', 'a claim was given and lost');
          }
          assert.deepEqual((await after.claim(guildId, ['SENT'])).alreadySent, ['SENT']);
        },
      },
      {
        name: 'acknowledges no confirm that it could not make',
        run: async ({ store, guild, outage }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A']));
          const end = await outage();
          const confirmed = await attempt(() => store.confirm(claim));
          const after = await end();
          if ('value' in confirmed) assert.equal(await after.isSent(guildId, 'A'), true);
          assert.deepEqual(await after.filterUnsent(guildId, ['A']), []);
          await after.confirm(claim);
          assert.equal(await after.isSent(guildId, 'A'), true);
        },
      },
    ]),
  ],
};
