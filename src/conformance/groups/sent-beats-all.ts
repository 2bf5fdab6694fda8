import assert from 'node:assert/strict';
import { claimOf, collect, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const LEASE_MS = 60_000;

/** Evidence of a post is never refused, and nothing takes it back but `forget` and `clearGuild`. */
export const sentBeatsAll: ConformanceGroup<'sent beats all'> = {
  name: 'sent beats all',
  tests: when(hasClaims, [
    {
      name: "marks a code that another holds; the owner's confirm finds it sent",
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A']));
        assert.deepEqual(await store.markSent(guildId, ['A']), { marked: ['A'], alreadySent: [] });
        assert.equal(await store.isSent(guildId, 'A'), true);
        assert.deepEqual(await store.confirm(claim), { marked: [], alreadySent: ['A'], leaseLost: false });
      },
    },
    {
      name: 'marks an uncertain code, which is not uncertain then',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.release(claimOf(await store.claim(guildId, ['A'])), 'uncertain');
        assert.deepEqual(await store.markSent(guildId, ['A']), { marked: ['A'], alreadySent: [] });
        assert.deepEqual(await collect(store.listUncertain(guildId)), []);
        assert.equal((await store.stats(guildId)).uncertain, 0);
        assert.equal(only(await collect(store.listSent(guildId))).code, 'A');
      },
    },
    {
      name: 'marks a code in a batch with free, held and uncertain ones',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['SENT']);
        await store.claim(guildId, ['HELD']);
        await store.release(claimOf(await store.claim(guildId, ['MAYBE'])), 'uncertain');
        const codes = ['SENT', 'HELD', 'MAYBE', 'FREE'];
        assert.deepEqual(await store.markSentMany([{ guildId, codes }]), [
          { guildId, marked: ['HELD', 'MAYBE', 'FREE'], alreadySent: ['SENT'] },
        ]);
        assert.deepEqual([...(await store.states(guildId, codes)).values()], ['sent', 'sent', 'sent', 'sent']);
      },
    },
    {
      name: 'marks what is confirmed after it was given back, resolved or forgotten, and says that the lease was lost',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['FREED', 'MAYBE', 'RESOLVED', 'FORGOTTEN', 'OTHERS']));
        await store.release(claim, 'not-sent', ['FREED', 'OTHERS']);
        await store.release(claim, 'uncertain', ['MAYBE', 'RESOLVED', 'FORGOTTEN']);
        await store.resolveUncertain(guildId, ['RESOLVED'], 'not-sent');
        await store.forget(guildId, ['FORGOTTEN']);
        const other = claimOf(await store.claim(guildId, ['OTHERS']));
        for (const code of claim.codes) {
          assert.deepEqual(await store.confirm(claim, [code]), { marked: [code], alreadySent: [], leaseLost: true }, code);
        }
        assert.deepEqual(await store.filterUnsent(guildId, claim.codes), []);
        assert.deepEqual(await store.confirm(other), { marked: [], alreadySent: ['OTHERS'], leaseLost: false });
      },
    },
    {
      name: 'keeps a sent code sent, whatever its owner, time and people say afterwards',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        await store.markSent(guildId, ['A']);
        await store.release(claim, 'not-sent');
        await store.release(claim, 'uncertain');
        assert.equal(await store.resolveUncertain(guildId, ['A'], 'not-sent'), 0);
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        assert.deepEqual((await store.claim(guildId, ['A'])).alreadySent, ['A']);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'sent');
      },
    },
    {
      name: 'lets nobody retry a message of which a code was sent',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['A', 'B'], { leaseMs: LEASE_MS });
        await store.markSent(guildId, ['A']);
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['sent', 'uncertain']);
      },
    },
  ]),
};
