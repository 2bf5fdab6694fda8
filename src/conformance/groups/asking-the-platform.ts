import assert from 'node:assert/strict';
import type { SentCodeStore } from '../../contract/store.js';
import type { TakenClaim, UncertainCode } from '../../contract/claims.js';
import { claimOf, collect, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const LEASE_MS = 60_000;

/** Leaves codes of one message uncertain. Resolves to the message's id. */
async function leaveUncertain(store: SentCodeStore, guildId: string, codes: readonly string[]): Promise<string> {
  const claim = claimOf(await store.claim(guildId, codes, { leaseMs: LEASE_MS, target: 'channel 1' }));
  await store.release(claim, 'uncertain');
  return claim.messageId;
}

async function takeToAsk(store: SentCodeStore, guildId: string): Promise<TakenClaim> {
  return only(await store.takeUncertain(guildId, { purpose: 'ask', leaseMs: LEASE_MS }));
}

async function listed(store: SentCodeStore, guildId: string): Promise<UncertainCode> {
  return only(await collect(store.listUncertain(guildId)));
}

/** Asserts that a time is known and is within a lease of what is expected. */
function isAbout(ms: number | null, expected: number): void {
  assert.ok(ms !== null && ms >= expected && ms < expected + LEASE_MS, `${ms} ms instead of ${expected} ms`);
}

/**
 * Whoever asks the platform owns the message meanwhile, and counts no try. What the platform says
 * is compared by token, so an owner that was overtaken decides nothing.
 */
export const askingThePlatform: ConformanceGroup<'asking the platform'> = {
  name: 'asking the platform',
  tests: when(hasClaims, [
    {
      name: 'tells where a message was tried, with how many codes, and how long ago its last try ended',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        await advance(3 * LEASE_MS);
        const { target, size, idleMs } = await listed(store, guildId);
        assert.deepEqual({ target, size }, { target: 'channel 1', size: 1 });
        isAbout(idleMs, 3 * LEASE_MS);
      },
    },
    {
      name: 'counts the end of a try from the end of its lease, if its owner never came back',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await store.claim(guildId, ['A'], { leaseMs: LEASE_MS });
        await advance(4 * LEASE_MS);
        const { target, ageMs, idleMs } = await listed(store, guildId);
        assert.equal(target, null);
        isAbout(ageMs, 4 * LEASE_MS);
        isAbout(idleMs, 3 * LEASE_MS);
      },
    },
    {
      name: 'begins the end of the last try anew with a retry',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        await advance(5 * LEASE_MS);
        const retry = only(await store.takeUncertain(guildId));
        assert.equal(retry.idleMs, null);
        await store.release(retry, 'uncertain');
        isAbout((await listed(store, guildId)).idleMs, 0);
      },
    },
    {
      name: 'counts no try for asking: attempt, first try and end of the last try stay',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const messageId = await leaveUncertain(store, guildId, ['A']);
        await advance(2 * LEASE_MS);
        const asked = await takeToAsk(store, guildId);
        const { target, size, attempt } = asked;
        assert.deepEqual(
          { messageId: asked.messageId, target, size, attempt },
          { messageId, target: 'channel 1', size: 1, attempt: 1 },
        );
        isAbout(asked.idleMs, 2 * LEASE_MS);
        await store.release(asked, 'uncertain');
        await takeToAsk(store, guildId);
        await advance(2 * LEASE_MS);
        const after = await listed(store, guildId);
        assert.equal(after.attempt, 1);
        isAbout(after.ageMs, 4 * LEASE_MS);
        isAbout(after.idleMs, 4 * LEASE_MS);
      },
    },
    {
      name: 'frees nothing that was not sent while its owner only asked',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        await store.release(await takeToAsk(store, guildId), 'not-sent');
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'uncertain');
      },
    },
    {
      name: 'lets one caller ask at a time, and takes what is left of a message',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A', 'B', 'C']);
        await store.resolveUncertain(guildId, ['A'], 'sent');
        const asked = await takeToAsk(store, guildId);
        assert.deepEqual({ codes: asked.codes, size: asked.size }, { codes: ['B', 'C'], size: 3 });
        assert.deepEqual(await store.takeUncertain(guildId, { purpose: 'ask' }), []);
        assert.deepEqual(await store.filterUnsent(guildId, ['B', 'C']), []);
      },
    },
    {
      name: 'takes one message by its id',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const wanted = await leaveUncertain(store, guildId, ['A']);
        await leaveUncertain(store, guildId, ['B']);
        assert.deepEqual(only(await store.takeUncertain(guildId, { messageId: wanted, purpose: 'ask' })).codes, ['A']);
        assert.deepEqual(await store.takeUncertain(guildId, { messageId: 'none' }), []);
      },
    },
    {
      name: 'begins a message anew that did not arrive: first try, same id, new target',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        const messageId = await leaveUncertain(store, guildId, ['b', 'A']);
        await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
        await advance(4 * LEASE_MS);
        const anew = await store.restart(await takeToAsk(store, guildId), { target: 'channel 2' });
        const { codes, attempt, target } = anew;
        assert.deepEqual(
          { codes, attempt, target, messageId: anew.messageId },
          { codes: ['b', 'A'], attempt: 1, target: 'channel 2', messageId },
        );
        assert.deepEqual([...(await store.states(guildId, codes)).values()], ['claimed', 'claimed']);
        await store.release(anew, 'uncertain');
        for (const code of await collect(store.listUncertain(guildId))) {
          assert.deepEqual({ attempt: code.attempt, target: code.target }, { attempt: 3, target: 'channel 2' });
          isAbout(code.ageMs, 0);
          isAbout(code.idleMs, 0);
        }
      },
    },
    {
      name: 'frees a message anew that was not sent',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
        await store.release(await store.restart(await takeToAsk(store, guildId)), 'not-sent');
        assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
      },
    },
    {
      name: 'frees what never arrived, whatever was tried before',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A', 'B']);
        await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
        await store.release(await takeToAsk(store, guildId), 'unsent', ['B']);
        assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['claimed', 'absent']);
      },
    },
    {
      name: 'refuses what an owner found out that was overtaken',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        const old = await takeToAsk(store, guildId);
        await advance(2 * LEASE_MS);
        const retry = only(await store.takeUncertain(guildId, { leaseMs: 10 * LEASE_MS }));
        assert.deepEqual((await rejectsWith('LEASE_LOST', () => store.restart(old))).codes, ['A']);
        await store.release(old, 'unsent');
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        assert.deepEqual(await store.confirm(retry), { marked: ['A'], alreadySent: [], leaseLost: false });
      },
    },
    {
      name: 'takes the platform at its word that a message was sent, also from an owner that was overtaken',
      run: async ({ store, guild, advance }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        const old = await takeToAsk(store, guildId);
        await advance(2 * LEASE_MS);
        await takeToAsk(store, guildId);
        assert.deepEqual(await store.confirm(old), { marked: ['A'], alreadySent: [], leaseLost: true });
      },
    },
    {
      name: 'decides only the tries that somebody looked at',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const messageId = await leaveUncertain(store, guildId, ['A']);
        await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
        for (const as of ['sent', 'not-sent'] as const) {
          assert.equal(await store.resolveUncertain(guildId, ['A'], as, { messageId, attempt: 1 }), 0);
          assert.equal(await store.resolveUncertain(guildId, ['A'], as, { messageId: 'other', attempt: 2 }), 0);
        }
        assert.equal(await store.resolveUncertain(guildId, ['A'], 'not-sent', { messageId, attempt: 2 }), 1);
        assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
      },
    },
    {
      name: 'decides no try of a message that was begun anew since somebody looked at it',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await leaveUncertain(store, guildId, ['A']);
        const { messageId, attempt } = await listed(store, guildId);
        await store.release(await store.restart(await takeToAsk(store, guildId)), 'uncertain');
        for (const as of ['sent', 'not-sent'] as const) {
          assert.equal(await store.resolveUncertain(guildId, ['A'], as, { messageId, attempt }), 0);
        }
        const now = await listed(store, guildId);
        const expected = { messageId, attempt: now.attempt };
        assert.equal(await store.resolveUncertain(guildId, ['A'], 'not-sent', expected), 1);
      },
    },
  ]),
};
