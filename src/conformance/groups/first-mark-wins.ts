import assert from 'node:assert/strict';
import type { SentCode } from '../../contract/types.js';
import type { SentCodeStore } from '../../contract/store.js';
import type { StoreSupport } from '../../contract/support.js';
import { claimOf, collect } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

const FIRST = new Date('2024-05-06T07:08:09.123Z');
const LATER = new Date('2025-01-02T03:04:05.678Z');
const EARLIER = new Date('2020-01-01T00:00:00.000Z');

async function sentCode(store: SentCodeStore, guildId: string, code: string): Promise<SentCode | undefined> {
  return (await collect(store.listSent(guildId))).find((sent) => sent.code === code);
}

/** What the store must say of a code. Without `times` or `sources` the field is `null`. */
function expected(supports: StoreSupport, guildId: string, code: string, source: string, sentAt: Date): SentCode {
  return { guildId, code, source: supports.sources ? source : null, sentAt: supports.times ? sentAt : null, receipt: null };
}

/** Time and source of the first mark stay. */
export const firstMarkWins: ConformanceGroup<'first mark wins'> = {
  name: 'first mark wins',
  tests: [
    {
      name: 'keeps time and source of the first mark, whatever later marks say',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        await store.markSent(guildId, ['a'], { source: 'api', sentAt: FIRST });
        await store.markSent(guildId, ['A'], { source: 'website', sentAt: LATER });
        await store.markSent(guildId, ['A'], { source: 'manual', sentAt: EARLIER });
        await store.markSentMany([{ guildId, codes: ['A'] }], { source: 'migration' });
        assert.deepEqual(await sentCode(store, guildId, 'A'), expected(supports, guildId, 'A', 'api', FIRST));
      },
    },
    {
      name: 'gives time and source of a mark to its own codes only',
      run: async ({ store, guild, supports }) => {
        const [one, other] = [guild(), guild()];
        await store.markSent(one, ['A'], { source: 'api', sentAt: FIRST });
        const batch = [
          { guildId: one, codes: ['A', 'B'] },
          { guildId: other, codes: ['A'] },
        ];
        await store.markSentMany(batch, { source: 'website', sentAt: LATER });
        assert.deepEqual(await sentCode(store, one, 'A'), expected(supports, one, 'A', 'api', FIRST));
        assert.deepEqual(await sentCode(store, one, 'B'), expected(supports, one, 'B', 'website', LATER));
        assert.deepEqual(await sentCode(store, other, 'A'), expected(supports, other, 'A', 'website', LATER));
      },
    },
    ...when(hasClaims, [
      {
        name: 'keeps the first mark when a claim is confirmed afterwards',
        run: async ({ store, guild, supports }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A', 'B']));
          await store.markSent(guildId, ['A'], { source: 'api', sentAt: FIRST });
          await store.confirm(claim, undefined, { source: 'website', sentAt: LATER });
          await store.confirm(claim, undefined, { source: 'manual', sentAt: EARLIER });
          assert.deepEqual(await sentCode(store, guildId, 'A'), expected(supports, guildId, 'A', 'api', FIRST));
          assert.deepEqual(await sentCode(store, guildId, 'B'), expected(supports, guildId, 'B', 'website', LATER));
        },
      },
    ]),
    ...when(
      (supports) => supports.sources,
      [
        {
          name: "takes the source auto unless told otherwise, and keeps a bot's own word",
          run: async ({ store, guild }) => {
            const guildId = guild();
            const own = `\u{1f381} my "source" $x.${'y'.repeat(80)}`;
            await store.markSent(guildId, ['A']);
            await store.markSent(guildId, ['B'], { source: own });
            await store.markSentMany([{ guildId, codes: ['C'] }]);
            assert.equal((await sentCode(store, guildId, 'A'))?.source, 'auto');
            assert.equal((await sentCode(store, guildId, 'B'))?.source, own);
            assert.equal((await sentCode(store, guildId, 'C'))?.source, 'auto');
          },
        },
      ],
    ),
    ...when(
      (supports) => supports.times,
      [
        {
          name: 'takes one time for all codes of a mark unless told otherwise',
          run: async ({ store, guild }) => {
            const guildId = guild();
            await store.markSent(guildId, ['A', 'B']);
            const [a, b] = await collect(store.listSent(guildId));
            assert.ok(a?.sentAt instanceof Date && !Number.isNaN(a.sentAt.getTime()));
            assert.deepEqual(a.sentAt, b?.sentAt);
          },
        },
        {
          name: 'keeps a time to the millisecond, far back and far ahead',
          run: async ({ store, guild }) => {
            const guildId = guild();
            const times = [
              '1970-01-01T00:00:00.000Z',
              '1969-12-31T23:59:59.999Z',
              '2038-01-19T03:14:08.001Z',
              '2999-12-31T23:59:59.999Z',
            ];
            for (const [index, time] of times.entries()) await store.markSent(guildId, [`T${index}`], { sentAt: new Date(time) });
            for (const [index, time] of times.entries()) {
              assert.equal((await sentCode(store, guildId, `T${index}`))?.sentAt?.toISOString(), time);
            }
          },
        },
      ],
    ),
  ],
};
