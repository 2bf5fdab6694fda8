import assert from 'node:assert/strict';
import { claimOf, numbered, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const LEASE_MS = 60_000;

/**
 * A message is tried again as it was, or not at all: half a message under the old id would be
 * another message.
 */
export const wholeMessages: ConformanceGroup<'whole messages'> = {
  name: 'whole messages',
  tests: when(hasClaims, [
    {
      name: 'keeps the order and the spelling of the codes of a message',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = numbered('Gift', 12).reverse();
        await store.release(claimOf(await store.claim(guildId, codes)), 'uncertain');
        assert.deepEqual(only(await store.takeUncertain(guildId)).codes, codes);
      },
    },
    {
      name: 'takes each of several messages by itself',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const first = claimOf(await store.claim(guildId, ['B', 'A']));
        const second = claimOf(await store.claim(guildId, ['D', 'C']));
        await store.release(first, 'uncertain');
        await store.release(second, 'uncertain');
        const taken = await store.takeUncertain(guildId);
        const byId = new Map(taken.map((claim) => [claim.messageId, claim]));
        assert.equal(taken.length, 2);
        assert.deepEqual(byId.get(first.messageId)?.codes, ['B', 'A']);
        assert.deepEqual(byId.get(second.messageId)?.codes, ['D', 'C']);
        assert.equal(new Set(taken.map(({ token }) => token)).size, 2);
      },
    },
    {
      name: 'takes only messages all of whose codes were asked for, in any spelling',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['A', 'B'])), 'uncertain');
        await store.release(claimOf(await store.claim(guildId, ['C', 'D'])), 'uncertain');
        assert.deepEqual(await store.takeUncertain(guildId, { codes: [] }), []);
        assert.deepEqual(await store.takeUncertain(guildId, { codes: ['A', 'C'] }), []);
        assert.deepEqual(only(await store.takeUncertain(guildId, { codes: new Set([' b', 'x', 'a', 'c']) })).codes, ['A', 'B']);
        assert.deepEqual([...(await store.states(guildId, ['C', 'D'])).values()], ['uncertain', 'uncertain']);
      },
    },
    {
      name: 'holds the rest of a message whose owner died after it had confirmed a part',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A', 'B', 'C'], { leaseMs: LEASE_MS }));
        await store.confirm(claim, ['A']);
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B', 'C'])).values()], ['sent', 'uncertain', 'uncertain']);
      },
    },
    {
      name: 'holds the rest of a message of which a code was resolved or forgotten, also if it was claimed anew',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['A', 'B'])), 'uncertain');
        await store.release(claimOf(await store.claim(guildId, ['C', 'D'])), 'uncertain');
        await store.release(claimOf(await store.claim(guildId, ['E', 'F'])), 'uncertain');
        await store.resolveUncertain(guildId, ['A'], 'not-sent');
        await store.resolveUncertain(guildId, ['C'], 'sent');
        await store.forget(guildId, ['E']);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        await store.release(claimOf(await store.claim(guildId, ['E', 'A'])), 'uncertain');
        assert.deepEqual(only(await store.takeUncertain(guildId)).codes, ['E', 'A']);
        assert.deepEqual([...(await store.states(guildId, ['B', 'D', 'F'])).values()], ['uncertain', 'uncertain', 'uncertain']);
      },
    },
    {
      name: 'holds a message of which a part is still held, until all of it is uncertain',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A', 'B'], { leaseMs: LEASE_MS }));
        await store.release(claim, 'uncertain', ['B']);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        await advance(2 * LEASE_MS);
        await store.renew({ ...claim, codes: ['A'] });
        assert.deepEqual(await store.takeUncertain(guildId), []);
        await advance(2 * LEASE_MS);
        assert.deepEqual(only(await store.takeUncertain(guildId)).codes, ['A', 'B']);
      },
    },
    {
      name: 'holds the rest of a message of which a code was given back as not sent',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A', 'B']));
        await store.release(claim, 'not-sent', ['A']);
        await store.release(claim, 'uncertain', ['B']);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['absent', 'uncertain']);
      },
    },
    {
      name: 'takes for whole what a claim was given, if it asked for more',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.claim(guildId, ['HELD']);
        await store.markSent(guildId, ['SENT']);
        const claim = claimOf(await store.claim(guildId, ['C', 'HELD', 'B', 'SENT', 'A']));
        await store.release(claim, 'uncertain');
        assert.deepEqual(only(await store.takeUncertain(guildId)).codes, ['C', 'B', 'A']);
      },
    },
    {
      name: 'holds a retry of which a part was confirmed, too',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['A', 'B'])), 'uncertain');
        const retry = only(await store.takeUncertain(guildId, { leaseMs: LEASE_MS }));
        await store.confirm(retry, ['B']);
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.takeUncertain(guildId), []);
      },
    },
    {
      name: 'lets a retry that was taken whole be confirmed, renewed and given back as any claim',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['a', 'b', 'c'])), 'uncertain');
        const retry = only(await store.takeUncertain(guildId));
        assert.deepEqual(await store.renew(retry), retry);
        await store.release(retry, 'uncertain');
        const again = only(await store.takeUncertain(guildId));
        assert.deepEqual(await store.confirm(again), { marked: ['a', 'b', 'c'], alreadySent: [], leaseLost: false });
      },
    },
  ]),
};
