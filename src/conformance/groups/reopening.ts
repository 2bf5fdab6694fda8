import assert from 'node:assert/strict';
import type { Identity } from '../../contract/identity.js';
import { claimOf, collect, numbered, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const caseSensitive: Identity = { name: 'case-sensitive', normalize: (code) => code };

/** Acknowledged marks are there when the data is opened again. */
export const reopening: ConformanceGroup<'reopening'> = {
  name: 'reopening',
  tests: when(
    (supports) => supports.durable,
    [
      {
        name: 'keeps marks with their times, sources and receipts',
        run: async ({ store, guild, supports, reopen }) => {
          const guildId = guild();
          const sentAt = new Date('2024-05-06T07:08:09.123Z');
          await store.markSent(guildId, ['gift a', '\u{1f381}', 'A:"\\\n'], { source: 'api', sentAt, receipt: '"\\\n\u{1f381}' });
          const again = await reopen();
          assert.deepEqual(await again.filterUnsent(guildId, ['\u{1f381}', 'GIFT A', 'a:"\\\n', 'B']), ['B']);
          for (const sent of await collect(again.listSent(guildId))) {
            assert.equal(sent.source, supports.sources ? 'api' : null);
            assert.deepEqual(sent.sentAt, supports.times ? sentAt : null);
            assert.equal(sent.receipt, supports.receipts ? '"\\\n\u{1f381}' : null);
          }
          assert.ok((await collect(again.listGuilds())).includes(guildId));
        },
      },
      {
        name: 'keeps what each of several lives added',
        run: async ({ store, guild, reopen }) => {
          const guildId = guild();
          let current = store;
          for (let life = 0; life < 4; life += 1) {
            await current.markSent(guildId, [`LIFE-${life}`]);
            current = await reopen();
            assert.equal((await current.stats(guildId)).total, life + 1);
          }
          assert.deepEqual(await current.filterUnsent(guildId, numbered('LIFE', 5)), ['LIFE-4']);
        },
      },
      {
        name: 'keeps the first mark through a reopening',
        run: async ({ store, guild, supports, reopen }) => {
          const guildId = guild();
          await store.markSent(guildId, ['A'], { source: 'api' });
          const again = await reopen();
          assert.deepEqual(await again.markSent(guildId, ['A'], { source: 'website' }), { marked: [], alreadySent: ['A'] });
          assert.equal(only(await collect(again.listSent(guildId))).source, supports.sources ? 'api' : null);
        },
      },
      {
        name: 'keeps a code forgotten, and a guild cleared',
        run: async ({ store, guild, reopen }) => {
          const [one, other] = [guild(), guild()];
          await store.markSent(one, ['A', 'B']);
          await store.markSent(other, ['A']);
          await store.forget(one, ['A']);
          await store.clearGuild(other);
          const again = await reopen();
          assert.deepEqual(await again.filterUnsent(one, ['A', 'B']), ['A']);
          assert.deepEqual(await again.filterUnsent(other, ['A']), ['A']);
          assert.ok(!(await collect(again.listGuilds())).includes(other));
        },
      },
      ...when(
        (supports) => supports.metadata,
        [
          {
            name: 'keeps a baseline',
            run: async ({ store, guild, reopen }) => {
              const [one, empty] = [guild(), guild()];
              await store.baseline(one, ['A']);
              await store.baseline(empty, []);
              const again = await reopen();
              for (const guildId of [one, empty]) {
                assert.deepEqual(await again.baseline(guildId, ['A', 'B']), { applied: false, marked: [] });
              }
              assert.deepEqual(await again.filterUnsent(one, ['A', 'B']), ['B']);
            },
          },
          {
            name: 'refuses to open under another identity, and opens again under its own',
            run: async ({ store, guild, reopen }) => {
              const guildId = guild();
              await store.markSent(guildId, ['A']);
              await rejectsWith('IDENTITY_MISMATCH', async () =>
                (await reopen({ identity: caseSensitive })).filterUnsent(guildId, ['a']),
              );
              assert.deepEqual(await (await reopen()).filterUnsent(guildId, ['a']), []);
            },
          },
        ],
      ),
      ...when(hasClaims, [
        {
          name: 'offers no code of a claim whose process ended, and confirms it when it comes back',
          run: async ({ store, guild, reopen }) => {
            const guildId = guild();
            const claim = claimOf(await store.claim(guildId, ['A', 'B']));
            const again = await reopen();
            assert.deepEqual(await again.filterUnsent(guildId, ['A', 'B', 'C']), ['C']);
            assert.ok(['claimed', 'uncertain'].includes(String((await again.states(guildId, ['A'])).get('A'))));
            const confirmed = await again.confirm(claim, ['A']);
            assert.deepEqual(confirmed.marked, ['A']);
            assert.equal(await again.isSent(guildId, 'A'), true);
          },
        },
        {
          name: 'keeps an uncertain message whole: its id, its order, its spelling and its count of tries',
          run: async ({ store, guild, reopen }) => {
            const guildId = guild();
            const codes = numbered('Gift', 12).reverse();
            const claim = claimOf(await store.claim(guildId, codes));
            await store.release(claim, 'uncertain');
            await store.release(only(await store.takeUncertain(guildId)), 'uncertain');
            const again = await reopen();
            assert.equal((await again.stats(guildId)).uncertain, 12);
            const retry = only(await again.takeUncertain(guildId));
            assert.deepEqual(
              { codes: retry.codes, messageId: retry.messageId, attempt: retry.attempt },
              { codes, messageId: claim.messageId, attempt: 3 },
            );
          },
        },
        {
          name: 'takes a claim for uncertain once its lease is over in the next life, and lets it be taken over whole',
          run: async ({ store, guild, reopen, advance }) => {
            const guildId = guild();
            const claim = claimOf(await store.claim(guildId, ['b', 'a'], { leaseMs: 60_000 }));
            const again = await reopen();
            await advance(120_000);
            const retry = only(await again.takeUncertain(guildId));
            assert.deepEqual(
              { codes: retry.codes, messageId: retry.messageId },
              { codes: ['b', 'a'], messageId: claim.messageId },
            );
            await rejectsWith('LEASE_LOST', () => again.renew(claim));
          },
        },
        {
          name: 'keeps where an uncertain message was tried, and when its tries began and ended',
          run: async ({ store, guild, reopen, advance }) => {
            const guildId = guild();
            await store.release(claimOf(await store.claim(guildId, ['A'], { target: 'channel 1' })), 'uncertain');
            await advance(120_000);
            const { target, ageMs, idleMs } = only(await collect((await reopen()).listUncertain(guildId)));
            assert.equal(target, 'channel 1');
            for (const ms of [ageMs, idleMs]) assert.ok(ms !== null && ms >= 120_000 && ms < 180_000, `${ms} ms`);
          },
        },
        {
          name: 'keeps a freed code free and a resolved code resolved',
          run: async ({ store, guild, reopen }) => {
            const guildId = guild();
            const claim = claimOf(await store.claim(guildId, ['FREED', 'SENT', 'NOT SENT']));
            await store.release(claim, 'not-sent', ['FREED']);
            await store.release(claim, 'uncertain', ['SENT', 'NOT SENT']);
            await store.resolveUncertain(guildId, ['SENT'], 'sent');
            await store.resolveUncertain(guildId, ['NOT SENT'], 'not-sent');
            const again = await reopen();
            assert.deepEqual([...(await again.states(guildId, claim.codes)).values()], ['absent', 'sent', 'absent']);
          },
        },
      ]),
    ],
  ),
};
