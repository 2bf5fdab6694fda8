import assert from 'node:assert/strict';
import { claimOf, collect, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** An owner gives codes back, or asks for more time. */
export const releaseAndRenew: ConformanceGroup<'release and renew'> = {
  name: 'release and renew',
  tests: when(hasClaims, [
    {
      name: 'frees the codes of a message that was not sent',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A', 'B']));
        await store.release(claim, 'not-sent');
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), ['A', 'B']);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'absent');
        assert.deepEqual(await collect(store.listUncertain(guildId)), []);
      },
    },
    {
      name: 'holds the codes of a message that may have arrived',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['A', 'B'])), 'uncertain');
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), []);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['uncertain', 'uncertain']);
        assert.deepEqual((await store.claim(guildId, ['A'])).uncertain, ['A']);
        assert.equal(await store.isSent(guildId, 'A'), false);
      },
    },
    {
      name: 'gives back part of a claim and keeps the rest',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A', 'B', 'C']));
        await store.release(claim, 'not-sent', ['b']);
        await store.release(claim, 'uncertain', new Set([' c ']));
        assert.deepEqual([...(await store.states(guildId, ['A', 'B', 'C'])).values()], ['claimed', 'absent', 'uncertain']);
      },
    },
    {
      name: 'leaves alone what the claim does not hold any more',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['SENT', 'MAYBE', 'AGAIN', 'FREE']));
        await store.confirm(claim, ['SENT']);
        await store.release(claim, 'uncertain', ['MAYBE']);
        await store.release(claim, 'not-sent', ['AGAIN', 'FREE']);
        const next = claimOf(await store.claim(guildId, ['AGAIN']));
        const codes = ['SENT', 'MAYBE', 'AGAIN', 'FREE'];
        for (const outcome of ['not-sent', 'uncertain'] as const) {
          await store.release(claim, outcome);
          assert.deepEqual([...(await store.states(guildId, codes)).values()], ['sent', 'uncertain', 'claimed', 'absent']);
        }
        assert.deepEqual(await store.renew(next), next);
      },
    },
    {
      name: 'renews a claim under the same token and message id',
      run: async ({ store, guild }) => {
        const claim = claimOf(await store.claim(guild(), ['b', 'a'], { leaseMs: 5000 }));
        assert.deepEqual(await store.renew(claim), claim);
        assert.deepEqual(await store.renew(await store.renew(claim)), claim);
      },
    },
    {
      name: 'renews what is not sent yet, and names it',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['a', 'b', 'c']));
        await store.confirm(claim, ['a']);
        await store.markSent(guildId, ['c']);
        assert.deepEqual(await store.renew(claim), { ...claim, codes: ['b'] });
      },
    },
    {
      name: 'says LEASE_LOST if all codes are sent: nothing is left to hold',
      run: async ({ store, guild }) => {
        const claim = claimOf(await store.claim(guild(), ['A', 'B']));
        await store.confirm(claim);
        assert.deepEqual((await rejectsWith('LEASE_LOST', () => store.renew(claim))).codes, []);
      },
    },
    {
      name: 'says LEASE_LOST and which codes, if some were given back, resolved, forgotten or claimed by another',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['Kept', 'Free', 'Maybe', 'Gone', 'Other', 'Sent']));
        await store.release(claim, 'not-sent', ['Free', 'Other']);
        await store.release(claim, 'uncertain', ['Maybe', 'Gone']);
        await store.forget(guildId, ['Gone']);
        await store.markSent(guildId, ['Sent']);
        const other = claimOf(await store.claim(guildId, ['Other']));
        const error = await rejectsWith('LEASE_LOST', () => store.renew(claim));
        assert.deepEqual([...(error.codes as string[])].sort(), ['Free', 'Gone', 'Maybe', 'Other']);
        assert.deepEqual(await store.renew(other), other);
        assert.deepEqual(
          [...(await store.states(guildId, ['Free', 'Maybe', 'Gone', 'Sent'])).values()],
          ['absent', 'uncertain', 'absent', 'sent'],
        );
      },
    },
    {
      name: 'gives a code that was freed to the next caller as a new message',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const first = claimOf(await store.claim(guildId, ['a']));
        await store.release(first, 'not-sent');
        const second = claimOf(await store.claim(guildId, ['A']));
        assert.notEqual(second.messageId, first.messageId);
        assert.equal(second.attempt, 1);
        assert.equal(only(second.codes), 'A');
      },
    },
  ]),
};
