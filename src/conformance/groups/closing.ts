import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Claim } from '../../contract/claims.js';
import type { SentCodeStore } from '../../contract/store.js';
import { claimOf, collect, numbered, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, type ConformanceTest, hasClaims, when } from '../test-case.js';

type Call = (store: SentCodeStore, guildId: string, claim: Claim) => Promise<unknown>;

const plainCalls: readonly Call[] = [
  (store, guildId) => store.filterUnsent(guildId, ['A']),
  (store, guildId) => store.filterUnsent(guildId, []),
  (store, guildId) => store.filterUnsentMany([{ guildId, codes: ['A'] }]),
  (store) => store.filterUnsentMany([]),
  (store, guildId) => store.markSent(guildId, ['A']),
  (store, guildId) => store.markSent(guildId, []),
  (store, guildId) => store.markSentMany([{ guildId, codes: ['A'] }]),
  (store, guildId) => store.states(guildId, ['A']),
  (store, guildId) => store.statesMany([{ guildId, codes: ['A'] }]),
  (store, guildId) => store.isSent(guildId, 'A'),
  (store, guildId) => collect(store.listSent(guildId)),
  (store) => collect(store.listGuilds()),
  (store, guildId) => collect(store.listUncertain(guildId)),
  (store) => collect(store.listUncertain()),
  (store, guildId) => store.stats(guildId),
  (store, guildId) => store.forget(guildId, ['A']),
  (store, guildId) => store.forget(guildId, []),
  (store, guildId) => store.clearGuild(guildId),
  (store, guildId) => store.resolveUncertain(guildId, ['A'], 'sent'),
  (store) => store.ping(),
];

const claimCalls: readonly Call[] = [
  (store, guildId) => store.claim(guildId, ['A']),
  (store, guildId) => store.claim(guildId, []),
  (store, _, claim) => store.confirm(claim),
  (store, _, claim) => store.renew(claim),
  (store, _, claim) => store.release(claim, 'not-sent'),
  (store, guildId) => store.takeUncertain(guildId),
];

function refusesAll(calls: readonly Call[]): ConformanceTest['run'] {
  return async ({ store, guild }) => {
    const guildId = guild();
    const claim: Claim = { guildId, codes: ['A'], token: 't', messageId: 'm', leaseMs: 60_000, attempt: 1 };
    await store.markSent(guildId, ['B']);
    await store.close();
    for (const call of calls) {
      assert.equal((await rejectsWith('STORE_CLOSED', () => call(store, guildId, claim))).retryable, false);
    }
  };
}

/** A closed store has let go of everything, and refuses every call. */
export const closing: ConformanceGroup<'closing'> = {
  name: 'closing',
  tests: [
    { name: 'rejects every call after close with STORE_CLOSED', run: refusesAll(plainCalls) },
    ...when(hasClaims, [{ name: 'rejects every call on claims after close with STORE_CLOSED', run: refusesAll(claimCalls) }]),
    ...when(
      (supports) => supports.metadata,
      [
        {
          name: 'rejects a baseline after close with STORE_CLOSED',
          run: refusesAll([(store, guildId) => store.baseline(guildId, ['A'])]),
        },
      ],
    ),
    {
      name: 'may be closed again, by several at once, and without ever having been used',
      run: async ({ store, guild }) => {
        await Promise.all([store.close(), store.close()]);
        await store.close();
        await rejectsWith('STORE_CLOSED', () => store.filterUnsent(guild(), ['A']));
      },
    },
    {
      name: 'finishes the calls that are under way before it closes',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = numbered('CODE', 20);
        await store.markSent(guildId, ['OLD']);
        let settled = 0;
        const calls = [
          ...codes.map((code) => store.markSent(guildId, [code, 'OLD'])),
          store.filterUnsent(guildId, ['OLD']),
          store.markSentMany([{ guildId, codes: ['LATE'] }]),
          store.stats(guildId),
        ].map((call) => call.finally(() => (settled += 1)));
        const results = Promise.allSettled(calls);
        await store.close();
        // The answers still pass through promises.
        await setImmediate();
        assert.equal(settled, calls.length, 'close resolved before calls that were under way');
        for (const result of await results) if (result.status === 'rejected') throw result.reason;
      },
    },
    ...when(hasClaims, [
      {
        name: 'finishes claims, confirms and renewals that are under way before it closes',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const [confirmed, renewed, released] = [
            claimOf(await store.claim(guildId, ['A'])),
            claimOf(await store.claim(guildId, ['B'])),
            claimOf(await store.claim(guildId, ['C'])),
          ];
          const calls = [
            store.claim(guildId, ['D', 'E']),
            store.confirm(confirmed),
            store.renew(renewed),
            store.release(released, 'uncertain'),
            store.takeUncertain(guildId),
            store.resolveUncertain(guildId, ['X'], 'sent'),
          ];
          const closed = store.close();
          const results = await Promise.allSettled<unknown>(calls);
          await closed;
          for (const result of results) if (result.status === 'rejected') throw result.reason;
        },
      },
    ]),
    {
      name: 'stops a list at its next step after close with STORE_CLOSED',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, numbered('CODE', 10));
        const list = store.listSent(guildId)[Symbol.asyncIterator]();
        assert.equal((await list.next()).done, false);
        // Nobody takes the next step of the loop, which must not keep the store open.
        await store.close();
        await rejectsWith('STORE_CLOSED', () => list.next(), 'the step after close');
      },
    },
  ],
};
