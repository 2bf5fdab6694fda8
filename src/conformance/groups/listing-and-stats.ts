import assert from 'node:assert/strict';
import { claimOf, collect, numbered } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** Lists and figures for people. */
export const listingAndStats: ConformanceGroup<'listing and stats'> = {
  name: 'listing and stats',
  tests: [
    {
      name: 'lists the codes that were sent to a guild, each once, under their identity',
      run: async ({ store, guild, supports }) => {
        const [guildId, other] = [guild(), guild()];
        const sentAt = new Date('2024-05-06T07:08:09.123Z');
        await store.markSent(guildId, ['b', 'a'], { source: 'api', sentAt });
        await store.markSent(guildId, ['A', 'c'], { source: 'api', sentAt });
        await store.markSent(other, ['d']);
        const listed = (await collect(store.listSent(BigInt(guildId)))).sort((x, y) => (x.code < y.code ? -1 : 1));
        const rest = { guildId, source: supports.sources ? 'api' : null, sentAt: supports.times ? sentAt : null, receipt: null };
        assert.deepEqual(
          listed,
          ['A', 'B', 'C'].map((code) => ({ ...rest, code })),
        );
      },
    },
    {
      name: 'lists nothing for a guild that it never heard of',
      run: async ({ store, guild }) => {
        const guildId = guild();
        assert.deepEqual(await collect(store.listSent(guildId)), []);
        assert.deepEqual(await collect(store.listUncertain(guildId)), []);
      },
    },
    {
      name: 'lists the guilds that have records, each once',
      run: async ({ store, guild }) => {
        const [one, other, cleared, asked] = [guild(), guild(), guild(), guild()];
        await store.markSent(one, ['A', 'B', 'C']);
        await store.markSent(other, ['A']);
        await store.markSent(cleared, ['A']);
        await store.clearGuild(cleared);
        await store.filterUnsent(asked, ['A']);
        const listed = await collect(store.listGuilds());
        const times = (guildId: string): number => listed.filter((id) => id === guildId).length;
        assert.deepEqual([one, other, cleared, asked].map(times), [1, 1, 0, 0]);
      },
    },
    {
      name: 'lets a caller break off a list, and go on with other calls in the middle of it',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, numbered('A', 20));
        for await (const { guildId: id } of store.listSent(guildId)) {
          assert.equal(id, guildId);
          assert.equal((await store.markSent(guildId, ['B'])).alreadySent.length, 0);
          break;
        }
        assert.equal((await collect(store.listSent(guildId))).length, 21);
      },
    },
    {
      name: 'lists what is there all the while, whatever else changes meanwhile',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const steady = numbered('STEADY', 30);
        await store.markSent(guildId, [...numbered('GONE', 10), ...steady]);
        const seen: string[] = [];
        for await (const { code } of store.listSent(guildId)) {
          if (seen.length === 0) {
            await store.forget(guildId, numbered('GONE', 10));
            await store.markSent(guildId, numbered('NEW', 10));
          }
          seen.push(code);
        }
        assert.deepEqual(seen.filter((code) => code.startsWith('STEADY')).sort(), [...steady].sort());
      },
    },
    {
      name: 'counts what was sent, by source, with the first and the last time',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        const [first, last] = [new Date('2023-01-01T00:00:00.001Z'), new Date('2025-06-07T08:09:10.011Z')];
        await store.markSent(guildId, ['last'], { source: '__proto__', sentAt: last });
        await store.markSent(guildId, ['first'], { source: 'api', sentAt: first });
        await store.markSent(guildId, ['mid 1', 'mid 2'], { source: 'api', sentAt: new Date('2024-01-01T00:00:00Z') });
        const { bySource, ...rest } = await store.stats(BigInt(guildId));
        assert.deepEqual(rest, {
          total: 4,
          firstSentAt: supports.times ? first : null,
          lastSentAt: supports.times ? last : null,
          lastCode: supports.times ? 'LAST' : null,
          uncertain: 0,
        });
        const expected = supports.sources ? { api: 3, ['__proto__']: 1 } : { unknown: 4 };
        assert.deepEqual(Object.entries(bySource).sort(), Object.entries(expected).sort());
      },
    },
    {
      name: 'has figures for a guild that it never heard of',
      run: async ({ store, guild }) => {
        const { bySource, ...rest } = await store.stats(guild());
        assert.deepEqual(rest, { total: 0, firstSentAt: null, lastSentAt: null, lastCode: null, uncertain: 0 });
        assert.deepEqual(Object.entries(bySource), []);
      },
    },
    ...when(hasClaims, [
      {
        name: 'lists a guild that has nothing but a held code, and no held code as sent',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A', 'B']));
          await store.release(claim, 'uncertain', ['B']);
          assert.deepEqual(await collect(store.listSent(guildId)), []);
          assert.deepEqual(
            (await collect(store.listGuilds())).filter((id) => id === guildId),
            [guildId],
          );
          const { total, lastCode } = await store.stats(guildId);
          assert.deepEqual({ total, lastCode }, { total: 0, lastCode: null });
        },
      },
    ]),
  ],
};
