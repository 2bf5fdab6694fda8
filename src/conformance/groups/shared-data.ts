import assert from 'node:assert/strict';
import { claimOf, collect, numbered, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, when } from '../test-case.js';

/** Two stores on the same data, as two processes have them. */
export const sharedData: ConformanceGroup<'shared data'> = {
  name: 'shared data',
  tests: when(
    (supports) => supports.claims === 'shared',
    [
      {
        name: 'sees the marks and the claims of the other store at once',
        run: async ({ store, guild, peer }) => {
          const guildId = guild();
          const other = await peer();
          await store.markSent(guildId, ['SENT']);
          const claim = claimOf(await store.claim(guildId, ['HELD']));
          assert.deepEqual(await other.filterUnsent(guildId, ['SENT', 'HELD', 'FREE']), ['FREE']);
          assert.deepEqual((await other.claim(guildId, ['HELD'])).heldElsewhere, ['HELD']);
          await other.markSent(guildId, ['FREE']);
          assert.equal(await store.isSent(guildId, 'FREE'), true);
          await store.release(claim, 'not-sent');
          assert.deepEqual((await other.claim(guildId, ['HELD'])).claimed, ['HELD']);
        },
      },
      {
        name: 'takes a claim for the same thing in either store',
        run: async ({ store, guild, peer }) => {
          const guildId = guild();
          const other = await peer();
          const claim = claimOf(await store.claim(guildId, ['A', 'B', 'C']));
          assert.deepEqual(await other.renew(claim), claim);
          await other.release(claim, 'not-sent', ['C']);
          assert.deepEqual(await other.confirm(claim, ['A', 'B']), { marked: ['A', 'B'], alreadySent: [], leaseLost: false });
          assert.deepEqual([...(await store.states(guildId, ['A', 'B', 'C'])).values()], ['sent', 'sent', 'absent']);
        },
      },
      {
        name: 'takes over in one store what ran out in the other',
        run: async ({ store, guild, peer, advance }) => {
          const guildId = guild();
          const other = await peer();
          const old = claimOf(await store.claim(guildId, ['b', 'A'], { leaseMs: 60_000 }));
          assert.deepEqual(await other.takeUncertain(guildId), []);
          await advance(120_000);
          const next = only(await other.takeUncertain(guildId));
          assert.deepEqual({ codes: next.codes, messageId: next.messageId }, { codes: ['b', 'A'], messageId: old.messageId });
          await rejectsWith('LEASE_LOST', () => store.renew(old));
          assert.equal((await store.confirm(old, ['A'])).leaseLost, true);
        },
      },
      {
        name: 'lets one win where both want the same, each (guild, code) for itself',
        run: async ({ store, guild, peer }) => {
          const guildId = guild();
          const other = await peer();
          const codes = numbered('CODE', 20);
          const claims = await Promise.all(
            codes.flatMap((code, index) => [store.claim(guildId, [code, `CODE-${19 - index}`]), other.claim(guildId, [code])]),
          );
          assert.deepEqual(claims.flatMap(({ claimed }) => claimed).sort(), [...codes].sort());
          const marks = await Promise.all([store, other, store, other].map((each) => each.markSent(guildId, codes)));
          assert.deepEqual(marks.flatMap(({ marked }) => marked).sort(), [...codes].sort());
          assert.equal((await collect(other.listSent(guildId))).length, 20);
        },
      },
      {
        name: 'gives an uncertain message to one of the two, whole',
        run: async ({ store, guild, peer }) => {
          const guildId = guild();
          const other = await peer();
          const messages = [numbered('A', 4), numbered('B', 3)];
          for (const codes of messages) await store.release(claimOf(await store.claim(guildId, codes)), 'uncertain');
          const takers = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? store : other));
          const taken = (await Promise.all(takers.map((each) => each.takeUncertain(guildId)))).flat();
          assert.deepEqual(taken.map(({ codes }) => codes).sort(), messages);
        },
      },
      ...when(
        (supports) => supports.metadata,
        [
          {
            name: 'makes one baseline',
            run: async ({ store, guild, peer }) => {
              const guildId = guild();
              const other = await peer();
              const results = await Promise.all(
                [store, other, store, other].map((each, index) => each.baseline(guildId, [`CODE-${index}`])),
              );
              assert.equal(results.filter(({ applied }) => applied).length, 1);
              assert.equal((await other.filterUnsent(guildId, numbered('CODE', 4))).length, 3);
            },
          },
        ],
      ),
    ],
  ),
};
