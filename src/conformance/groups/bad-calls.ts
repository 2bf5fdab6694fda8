import assert from 'node:assert/strict';
import type { GuildCodes, MarkOptions } from '../../contract/types.js';
import type { Claim, ClaimOptions, TakeUncertainOptions } from '../../contract/claims.js';
import { claimOf, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const BAD_MARK_OPTIONS: readonly unknown[] = [
  ...[{ source: '' }, { source: 'x'.repeat(101) }, { source: 1 }, { source: '\ud800' }, { source: null }],
  ...[{ sentAt: '2024-01-01' }, { sentAt: 0 }, { sentAt: new Date('no date') }, { sent_at: new Date() }, 'api', null, 5],
];
const BAD_LEASES: readonly unknown[] = [
  999,
  0,
  -1000,
  1000.5,
  86_400_001,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '60000',
  null,
  60_000n,
];

/** Wrong options, claims and batches are refused before anything is written. */
export const badCalls: ConformanceGroup<'bad calls'> = {
  name: 'bad calls',
  tests: [
    {
      name: 'refuses bad options of a mark with INVALID_OPTION, and marks nothing',
      run: async ({ store, guild }) => {
        const guildId = guild();
        for (const bad of BAD_MARK_OPTIONS) {
          const options = bad as MarkOptions;
          await rejectsWith('INVALID_OPTION', () => store.markSent(guildId, ['A'], options), JSON.stringify(bad));
          await rejectsWith(
            'INVALID_OPTION',
            () => store.markSentMany([{ guildId, codes: ['A'] }], options),
            JSON.stringify(bad),
          );
        }
        assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
      },
    },
    {
      name: 'names the option that is wrong',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const source = await rejectsWith('INVALID_OPTION', () => store.markSent(guildId, ['A'], { source: 7 as never }));
        assert.equal(source.argument, 'source');
        assert.match(source.message, /source.*7/s);
        const unknown = { sorce: 'api' } as MarkOptions;
        assert.equal((await rejectsWith('INVALID_OPTION', () => store.markSent(guildId, ['A'], unknown))).argument, 'sorce');
      },
    },
    {
      name: 'refuses a batch that is none with INVALID_CODES',
      run: async ({ store, guild }) => {
        const good = { guildId: guild(), codes: ['A'] };
        for (const bad of [null, undefined, {}, good, 'x', new Set([good]), [null], [good, 'x'], [good, undefined], [5]]) {
          const batch = bad as readonly GuildCodes[];
          await rejectsWith('INVALID_CODES', () => store.filterUnsentMany(batch), JSON.stringify(bad));
          await rejectsWith('INVALID_CODES', () => store.markSentMany(batch), JSON.stringify(bad));
          await rejectsWith('INVALID_CODES', () => store.statesMany(batch), JSON.stringify(bad));
        }
        assert.deepEqual(await store.filterUnsent(good.guildId, ['A']), ['A']);
      },
    },
    {
      name: 'refuses a word that is no decision on uncertain codes',
      run: async ({ store, guild }) => {
        for (const as of ['uncertain', 'yes', '', null, true]) {
          await rejectsWith('INVALID_OPTION', () => store.resolveUncertain(guild(), ['A'], as as never), JSON.stringify(as));
        }
      },
    },
    ...when(hasClaims, [
      {
        name: 'refuses a lease under a second, over a day, or that is no whole number',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.release(claimOf(await store.claim(guildId, ['MAYBE'])), 'uncertain');
          for (const leaseMs of BAD_LEASES) {
            const options = { leaseMs } as ClaimOptions;
            await rejectsWith('INVALID_OPTION', () => store.claim(guildId, ['A'], options), String(leaseMs));
            await rejectsWith('INVALID_OPTION', () => store.takeUncertain(guildId, options), String(leaseMs));
          }
          await rejectsWith('INVALID_OPTION', () => store.claim(guildId, ['A'], { lease: 60_000 } as ClaimOptions));
          assert.deepEqual([...(await store.states(guildId, ['A', 'MAYBE'])).values()], ['absent', 'uncertain']);
        },
      },
      {
        name: 'refuses bad options of a takeover, and takes nothing',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await store.release(claimOf(await store.claim(guildId, ['MAYBE'])), 'uncertain');
          for (const bad of [{ withinMs: -1 }, { withinMs: '5' }, { withinMs: Number.NaN }, { within: 5 }, 5, null]) {
            await rejectsWith(
              'INVALID_OPTION',
              () => store.takeUncertain(guildId, bad as TakeUncertainOptions),
              JSON.stringify(bad),
            );
          }
          assert.equal((await store.states(guildId, ['MAYBE'])).get('MAYBE'), 'uncertain');
        },
      },
      {
        name: 'refuses bad options of a confirm, and marks nothing',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A']));
          for (const bad of BAD_MARK_OPTIONS) {
            await rejectsWith('INVALID_OPTION', () => store.confirm(claim, undefined, bad as MarkOptions), JSON.stringify(bad));
          }
          assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        },
      },
      {
        name: 'refuses to give back a message as sent, or with a word of no meaning',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A']));
          for (const outcome of ['sent', 'absent', '', undefined, false]) {
            await rejectsWith('INVALID_OPTION', () => store.release(claim, outcome as never), JSON.stringify(outcome));
          }
          assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        },
      },
      {
        name: 'refuses what is no claim',
        run: async ({ store, guild }) => {
          const claim = claimOf(await store.claim(guild(), ['A']));
          const { token, ...withoutToken } = claim;
          for (const bad of [
            null,
            undefined,
            'A',
            {},
            withoutToken,
            { ...claim, codes: 'A' },
            { ...claim, codes: [] },
            { ...claim, token: '' },
          ]) {
            const what = JSON.stringify(bad);
            await rejectsWith('INVALID_OPTION', () => store.confirm(bad as Claim), what);
            await rejectsWith('INVALID_OPTION', () => store.renew(bad as Claim), what);
            await rejectsWith('INVALID_OPTION', () => store.release(bad as Claim, 'not-sent'), what);
          }
          await rejectsWith('INVALID_GUILD_ID', () => store.confirm({ ...claim, guildId: 'a:b' }));
          await rejectsWith('INVALID_CODE', () => store.renew({ ...claim, codes: ['A', ' '] }));
          assert.deepEqual(await store.renew(claim), claim);
        },
      },
    ]),
  ],
};
