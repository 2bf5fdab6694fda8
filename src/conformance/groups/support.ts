import assert from 'node:assert/strict';
import type { Claim } from '../../contract/claims.js';
import { collect, only, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** The store says in `supports` what it can do, and refuses everything else. */
export const support: ConformanceGroup<'support'> = {
  name: 'support',
  tests: [
    {
      name: 'says what it supports',
      run: async ({ store, supports }) => assert.deepEqual({ ...store.supports }, { ...supports }),
    },
    {
      name: 'has a name and the identity "gift-code"',
      run: async ({ store }) => {
        assert.ok(store.name.length > 0);
        assert.equal(store.identity.name, 'gift-code');
        assert.equal(store.identity.normalize(' a '), 'A');
      },
    },
    {
      name: 'gives a sign of life',
      run: async ({ store }) => store.ping(),
    },
    ...when(
      (supports) => !hasClaims(supports),
      [
        {
          name: 'refuses everything about claims with CLAIMS_UNSUPPORTED, and writes nothing',
          run: async ({ store, guild }) => {
            const guildId = guild();
            const claim: Claim = { guildId, codes: ['A'], token: 't', messageId: 'm', leaseMs: 60_000, attempt: 1 };
            await rejectsWith('CLAIMS_UNSUPPORTED', () => store.claim(guildId, ['A']));
            await rejectsWith('CLAIMS_UNSUPPORTED', () => store.confirm(claim));
            await rejectsWith('CLAIMS_UNSUPPORTED', () => store.renew(claim));
            await rejectsWith('CLAIMS_UNSUPPORTED', () => store.release(claim, 'not-sent'));
            await rejectsWith('CLAIMS_UNSUPPORTED', () => store.takeUncertain(guildId));
            assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
          },
        },
        {
          name: 'has no uncertain codes',
          run: async ({ store, guild }) => {
            const guildId = guild();
            await store.markSent(guildId, ['A']);
            assert.deepEqual(await collect(store.listUncertain()), []);
            assert.deepEqual(await collect(store.listUncertain(guildId)), []);
            assert.equal(await store.resolveUncertain(guildId, ['A', 'B'], 'not-sent'), 0);
            assert.equal(await store.resolveUncertain(guildId, ['A', 'B'], 'sent'), 0);
            assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), ['B']);
          },
        },
      ],
    ),
    ...when(
      (supports) => !supports.metadata,
      [
        {
          name: 'refuses a baseline with METADATA_UNSUPPORTED, and marks nothing',
          run: async ({ store, guild }) => {
            const guildId = guild();
            await rejectsWith('METADATA_UNSUPPORTED', () => store.baseline(guildId, ['A']));
            assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
          },
        },
      ],
    ),
    ...when(
      (supports) => !supports.times,
      [
        {
          name: 'has no times: null, not a guess',
          run: async ({ store, guild }) => {
            const guildId = guild();
            await store.markSent(guildId, ['A'], { sentAt: new Date('2024-05-06T07:08:09.123Z') });
            assert.equal(only(await collect(store.listSent(guildId))).sentAt, null);
            const { firstSentAt, lastSentAt, lastCode } = await store.stats(guildId);
            assert.deepEqual({ firstSentAt, lastSentAt, lastCode }, { firstSentAt: null, lastSentAt: null, lastCode: null });
          },
        },
      ],
    ),
    ...when(
      (supports) => !supports.sources,
      [
        {
          name: 'has no sources: null, and "unknown" in the figures',
          run: async ({ store, guild }) => {
            const guildId = guild();
            await store.markSent(guildId, ['A'], { source: 'api' });
            assert.equal(only(await collect(store.listSent(guildId))).source, null);
            assert.deepEqual({ ...(await store.stats(guildId)).bySource }, { unknown: 1 });
          },
        },
      ],
    ),
  ],
};
