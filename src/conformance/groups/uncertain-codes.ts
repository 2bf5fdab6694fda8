import assert from 'node:assert/strict';
import type { SentCodeStore } from '../../contract/store.js';
import { claimOf, collect, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const LEASE_MS = 60_000;

/** Leaves codes of one message uncertain. Resolves to the message's id. */
async function leaveUncertain(store: SentCodeStore, guildId: string, codes: readonly string[]): Promise<string> {
  const claim = claimOf(await store.claim(guildId, codes, { leaseMs: LEASE_MS }));
  await store.release(claim, 'uncertain');
  return claim.messageId;
}

/** Codes whose message may have arrived are reported, decided by people, or tried again. */
export const uncertainCodes: ConformanceGroup<'uncertain codes'> = {
  name: 'uncertain codes',
  tests: when(hasClaims, [
    {
      name: 'lists the uncertain codes of a guild, and of all guilds, and nothing else',
      run: async ({ store, guild, advance }) => {
        const [one, other] = [guild(), guild()];
        const messageId = await leaveUncertain(store, one, ['gift a', 'b']);
        await store.claim(other, ['c'], { leaseMs: LEASE_MS });
        await advance(2 * LEASE_MS);
        await store.claim(one, ['held'], { leaseMs: LEASE_MS });
        await store.markSent(one, ['sent']);
        const own = (await collect(store.listUncertain(BigInt(one)))).sort((a, b) => (a.code < b.code ? -1 : 1));
        assert.deepEqual(
          own.map(({ ageMs, idleMs, ...rest }) => rest),
          [
            { guildId: one, code: 'B', spelling: 'b', messageId, attempt: 1, size: 2, target: null },
            { guildId: one, code: 'GIFT A', spelling: 'gift a', messageId, attempt: 1, size: 2, target: null },
          ],
        );
        const everywhere = (await collect(store.listUncertain())).map(({ guildId, code }) => `${guildId}:${code}`);
        for (const key of [`${one}:B`, `${one}:GIFT A`, `${other}:C`]) {
          assert.equal(everywhere.filter((listed) => listed === key).length, 1, `${key} is not listed once`);
        }
        assert.ok(!everywhere.includes(`${one}:HELD`) && !everywhere.includes(`${one}:SENT`));
      },
    },
    {
      name: 'counts the age of a message from its first try, through takeovers and renewals',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['A'], { leaseMs: LEASE_MS });
        await advance(2 * LEASE_MS);
        const second = only(await store.takeUncertain(guildId, { leaseMs: LEASE_MS }));
        await store.renew(second);
        await advance(2 * LEASE_MS);
        const { ageMs, attempt } = only(await collect(store.listUncertain(guildId)));
        assert.equal(attempt, 2);
        assert.ok(
          ageMs !== null && ageMs >= 4 * LEASE_MS && ageMs < 5 * LEASE_MS,
          `the age is ${ageMs} ms after ${4 * LEASE_MS} ms`,
        );
      },
    },
    {
      name: 'counts uncertain codes in the figures',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A', 'B']);
        await store.markSent(guildId, ['C']);
        await store.claim(guildId, ['D']);
        const { uncertain, total } = await store.stats(guildId);
        assert.deepEqual({ uncertain, total }, { uncertain: 2, total: 1 });
      },
    },
    {
      name: 'marks as sent, with the source manual, what people say has arrived',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A', 'B']);
        assert.equal(await store.resolveUncertain(guildId, ['a', ' A '], 'sent'), 1);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['sent', 'uncertain']);
        assert.equal(only(await collect(store.listSent(guildId))).source, supports.sources ? 'manual' : null);
      },
    },
    {
      name: 'frees what people say has not arrived',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A', 'B']);
        assert.equal(await store.resolveUncertain(guildId, ['B'], 'not-sent'), 1);
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), ['B']);
        assert.deepEqual((await store.claim(guildId, ['B'])).claimed, ['B']);
      },
    },
    {
      name: 'decides uncertain codes only: free, held and sent ones are left alone',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const held = claimOf(await store.claim(guildId, ['HELD']));
        await store.markSent(guildId, ['SENT']);
        const codes = ['HELD', 'SENT', 'FREE'];
        for (const as of ['sent', 'not-sent'] as const) {
          assert.equal(await store.resolveUncertain(guildId, codes, as), 0);
          assert.deepEqual([...(await store.states(guildId, codes)).values()], ['claimed', 'sent', 'absent']);
        }
        assert.deepEqual(await store.renew(held), held);
      },
    },
    {
      name: 'takes over a message under its old id, with a token and a lease of its own',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const old = claimOf(await store.claim(guildId, ['gift b', 'A'], { leaseMs: LEASE_MS }));
        await advance(2 * LEASE_MS);
        const next = only(await store.takeUncertain(BigInt(guildId), { leaseMs: 2 * LEASE_MS }));
        const { size, ageMs, idleMs, ...claim } = next;
        assert.deepEqual({ ...claim, token: '' }, { ...old, token: '', leaseMs: 2 * LEASE_MS, attempt: 2 });
        assert.deepEqual({ size, idleMs }, { size: 2, idleMs: null });
        assert.ok(ageMs !== null && ageMs >= 2 * LEASE_MS);
        assert.notEqual(next.token, old.token);
        assert.deepEqual([...(await store.states(guildId, ['A', 'gift b'])).values()], ['claimed', 'claimed']);
        assert.deepEqual(await store.takeUncertain(guildId), []);
        await advance(LEASE_MS);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        await advance(LEASE_MS);
        assert.equal(only(await store.takeUncertain(guildId)).attempt, 3);
      },
    },
    {
      name: 'holds a retry that was not sent: an earlier try may have arrived',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const messageId = await leaveUncertain(store, guildId, ['A']);
        const second = only(await store.takeUncertain(guildId));
        await store.release(second, 'not-sent');
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'uncertain');
        const third = only(await store.takeUncertain(guildId));
        assert.deepEqual({ messageId: third.messageId, attempt: third.attempt }, { messageId, attempt: 3 });
        await store.confirm(third);
        assert.equal(await store.isSent(guildId, 'A'), true);
      },
    },
    {
      name: 'takes nothing where nothing is uncertain',
      run: async ({ store, guild }) => {
        const guildId = guild();
        assert.deepEqual(await store.takeUncertain(guildId), []);
        await store.markSent(guildId, ['SENT']);
        const held = claimOf(await store.claim(guildId, ['HELD']));
        assert.deepEqual(await store.takeUncertain(guildId), []);
        assert.deepEqual(await store.renew(held), held);
      },
    },
    {
      name: "takes messages of that guild only, and leaves others' alone",
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        await leaveUncertain(store, one, ['A']);
        await leaveUncertain(store, other, ['A']);
        assert.equal(only(await store.takeUncertain(one)).guildId, one);
        assert.equal((await store.states(other, ['A'])).get('A'), 'uncertain');
      },
    },
    {
      name: 'takes only messages whose first try is recent enough',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['OLD']);
        await advance(10 * LEASE_MS);
        await leaveUncertain(store, guildId, ['YOUNG']);
        assert.deepEqual(only(await store.takeUncertain(guildId, { withinMs: 5 * LEASE_MS })).codes, ['YOUNG']);
        assert.equal((await store.states(guildId, ['OLD'])).get('OLD'), 'uncertain');
      },
    },
    {
      name: 'measures a message by its first try, not by its last',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        await advance(5 * LEASE_MS);
        await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
        assert.deepEqual(await store.takeUncertain(guildId, { withinMs: 4 * LEASE_MS }), []);
        assert.deepEqual(only(await store.takeUncertain(guildId, { withinMs: 60 * LEASE_MS })).codes, ['A']);
      },
    },
  ]),
};
