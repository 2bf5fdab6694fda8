import assert from 'node:assert/strict';
import { collect } from '../assertions.js';
import type { ConformanceGroup } from '../test-case.js';

/** A marked code is never offered again, and no other code is kept back. */
export const filterAndMark: ConformanceGroup<'filter and mark'> = {
  name: 'filter and mark',
  tests: [
    {
      name: 'offers all codes to a guild that it never heard of',
      run: async ({ store, guild }) => {
        const guildId = guild();
        assert.deepEqual(await store.filterUnsent(guildId, ['C', 'A', 'B']), ['C', 'A', 'B']);
        assert.deepEqual(
          [...(await store.states(guildId, ['C', 'A']))],
          [
            ['C', 'absent'],
            ['A', 'absent'],
          ],
        );
        assert.equal(await store.isSent(guildId, 'A'), false);
      },
    },
    {
      name: 'never offers a marked code again',
      run: async ({ store, guild }) => {
        const guildId = guild();
        assert.deepEqual(await store.markSent(guildId, ['A', 'B']), { marked: ['A', 'B'], alreadySent: [] });
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), []);
        assert.deepEqual(await store.filterUnsent(guildId, ['X', 'B', 'Y', 'A', 'Z']), ['X', 'Y', 'Z']);
        assert.equal(await store.isSent(guildId, 'A'), true);
        assert.equal(await store.isSent(guildId, 'X'), false);
      },
    },
    {
      name: 'says which codes a mark made and which were there',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['B', 'D']);
        assert.deepEqual(await store.markSent(guildId, ['A', 'B', 'C', 'D']), { marked: ['A', 'C'], alreadySent: ['B', 'D'] });
      },
    },
    {
      name: 'may be told the same mark again and again',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['A', 'B']);
        for (let time = 0; time < 3; time += 1) {
          assert.deepEqual(await store.markSent(guildId, ['A', 'B']), { marked: [], alreadySent: ['A', 'B'] });
        }
        assert.equal((await collect(store.listSent(guildId))).length, 2);
      },
    },
    {
      name: 'keeps the guilds apart',
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        await store.markSent(one, ['A']);
        assert.deepEqual(await store.filterUnsent(other, ['A']), ['A']);
        assert.equal(await store.isSent(other, 'A'), false);
        assert.deepEqual(await store.markSent(other, ['A']), { marked: ['A'], alreadySent: [] });
        assert.equal(await store.forget(other, ['A']), 1);
        assert.deepEqual(await store.filterUnsent(one, ['A']), []);
      },
    },
    {
      name: 'changes nothing when it is asked',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.filterUnsent(guildId, ['A']);
        await store.states(guildId, ['A']);
        await store.isSent(guildId, 'A');
        await store.stats(guildId);
        await store.filterUnsentMany([{ guildId, codes: ['A'] }]);
        assert.deepEqual(await store.filterUnsent(guildId, ['A']), ['A']);
        assert.ok(!(await collect(store.listGuilds())).includes(guildId));
      },
    },
    {
      name: 'answers no codes with no codes',
      run: async ({ store, guild }) => {
        const guildId = guild();
        for (const codes of [[], new Set<string>()]) {
          assert.deepEqual(await store.filterUnsent(guildId, codes), []);
          assert.deepEqual(await store.markSent(guildId, codes), { marked: [], alreadySent: [] });
          assert.deepEqual(await store.states(guildId, codes), new Map());
          assert.equal(await store.forget(guildId, codes), 0);
        }
      },
    },
    {
      name: 'keeps records for good: a code that was sent 400 days ago is not offered',
      run: async ({ store, guild, supports, advance }) => {
        const guildId = guild();
        const longAgo = Date.now() - 400 * 86_400_000;
        await store.markSent(guildId, ['A'], { sentAt: new Date(longAgo) });
        await store.markSent(guildId, ['B']);
        if (supports.claims !== false) await advance(400 * 86_400_000);
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), []);
      },
    },
  ],
};
