import assert from 'node:assert/strict';
import { claimOf, collect, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const LEASE_MS = 60_000;

/** What happens to a claim as time passes. */
export const leases: ConformanceGroup<'leases'> = {
  name: 'leases',
  tests: when(hasClaims, [
    {
      name: 'holds a claim until its lease ends',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['A'], { leaseMs: LEASE_MS });
        await advance(LEASE_MS / 2);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        assert.deepEqual((await store.claim(guildId, ['A'])).heldElsewhere, ['A']);
        assert.deepEqual(await store.takeUncertain(guildId), []);
      },
    },
    {
      name: 'takes the codes of a lease that ran out for uncertain, never for free',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['A'], { leaseMs: LEASE_MS });
        for (const ms of [LEASE_MS, 400 * 86_400_000]) {
          await advance(ms);
          assert.equal((await store.states(guildId, ['A'])).get('A'), 'uncertain');
          assert.deepEqual(await store.filterUnsent(guildId, ['A']), []);
          assert.deepEqual(await store.filterUnsentMany([{ guildId, codes: ['A'] }]), [{ guildId, codes: [] }]);
          const { claim, uncertain } = await store.claim(guildId, ['A']);
          assert.deepEqual({ claim, uncertain }, { claim: undefined, uncertain: ['A'] });
        }
      },
    },
    {
      name: 'measures each lease by its own length',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['SHORT'], { leaseMs: 1000 });
        await store.claim(guildId, ['LONG'], { leaseMs: 86_400_000 });
        await advance(LEASE_MS);
        assert.deepEqual([...(await store.states(guildId, ['SHORT', 'LONG'])).values()], ['uncertain', 'claimed']);
      },
    },
    {
      name: 'starts the lease again at a renewal',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        for (let time = 0; time < 3; time += 1) {
          await advance(LEASE_MS / 2);
          await store.renew(claim);
        }
        await advance(LEASE_MS / 2);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        await advance(LEASE_MS);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'uncertain');
      },
    },
    {
      name: 'renews a claim whose lease ran out and that nobody took over',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.renew(claim), claim);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        assert.deepEqual(await store.takeUncertain(guildId), []);
      },
    },
    {
      name: 'frees a first try that its late owner knows was not sent',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        await advance(2 * LEASE_MS);
        await store.release(claim, 'not-sent');
        assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
      },
    },
    {
      name: 'marks what a late owner confirms; nobody took over, so its lease is not lost',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        await advance(2 * LEASE_MS);
        assert.deepEqual(await store.confirm(claim), { marked: ['A'], alreadySent: [], leaseLost: false });
        assert.equal(await store.isSent(guildId, 'A'), true);
      },
    },
    {
      name: 'marks what an old owner confirms after a takeover, and tells it that the lease was lost',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const old = claimOf(await store.claim(guildId, ['A', 'B'], { leaseMs: LEASE_MS }));
        await advance(2 * LEASE_MS);
        const next = only(await store.takeUncertain(guildId));
        assert.deepEqual(await store.confirm(old, ['A']), { marked: ['A'], alreadySent: [], leaseLost: true });
        assert.deepEqual(await store.renew(next), { ...next, codes: ['B'] });
        assert.deepEqual(await store.confirm(next), { marked: ['B'], alreadySent: ['A'], leaseLost: false });
        assert.deepEqual(await store.confirm(old), { marked: [], alreadySent: ['A', 'B'], leaseLost: false });
      },
    },
    {
      name: 'refuses the renewal of an old owner after a takeover, and names the codes',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const old = claimOf(await store.claim(guildId, ['a', 'b'], { leaseMs: LEASE_MS }));
        await advance(LEASE_MS);
        const next = only(await store.takeUncertain(guildId));
        assert.deepEqual((await rejectsWith('LEASE_LOST', () => store.renew(old))).codes, ['a', 'b']);
        assert.deepEqual(await store.renew(next), next);
      },
    },
    {
      name: 'ignores an old owner that gives codes back after a takeover',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const old = claimOf(await store.claim(guildId, ['A'], { leaseMs: LEASE_MS }));
        await advance(LEASE_MS);
        const next = only(await store.takeUncertain(guildId));
        await store.release(old, 'not-sent');
        await store.release(old, 'uncertain');
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        assert.deepEqual(await store.renew(next), next);
      },
    },
    {
      name: 'keeps what is uncertain and what is sent so, however long it takes',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['SENT', 'MAYBE'], { leaseMs: LEASE_MS }));
        await store.confirm(claim, ['SENT']);
        await store.release(claim, 'uncertain', ['MAYBE']);
        await advance(400 * 86_400_000);
        assert.deepEqual([...(await store.states(guildId, ['SENT', 'MAYBE'])).values()], ['sent', 'uncertain']);
        assert.equal(only(await collect(store.listUncertain(guildId))).code, 'MAYBE');
      },
    },
  ]),
};
