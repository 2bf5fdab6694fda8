import assert from 'node:assert/strict';
import { claimOf, collect, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** What the platform answered is kept with the mark, where the store has receipts. */
export const receipts: ConformanceGroup<'receipts'> = {
  name: 'receipts',
  tests: [
    {
      name: 'keeps the receipt of the first mark, whatever later marks say',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        await store.markSent(guildId, ['a'], { receipt: 'channel/1' });
        await store.markSent(guildId, ['A'], { receipt: 'channel/2' });
        await store.markSent(guildId, ['B']);
        await store.markSent(guildId, ['B'], { receipt: 'late' });
        const listed = (await collect(store.listSent(guildId))).sort((a, b) => (a.code < b.code ? -1 : 1));
        assert.deepEqual(
          listed.map(({ receipt }) => receipt),
          [supports.receipts ? 'channel/1' : null, null],
        );
      },
    },
    {
      name: "looks up what is kept of sent codes, in the caller's spelling and order, and of no other codes",
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        const sentAt = new Date('2024-05-06T07:08:09.123Z');
        await store.markSent(guildId, ['A', 'B'], { source: 'api', sentAt, receipt: 'x'.repeat(200) });
        const sent = await store.getSent(guildId, [' b', 'none', 'a']);
        assert.deepEqual([...sent.keys()], [' b', 'a']);
        assert.deepEqual(sent.get('a'), {
          guildId,
          code: 'A',
          source: supports.sources ? 'api' : null,
          sentAt: supports.times ? sentAt : null,
          receipt: supports.receipts ? 'x'.repeat(200) : null,
        });
      },
    },
    ...when(hasClaims, [
      {
        name: 'keeps the receipt of a confirm',
        run: async ({ store, guild, supports }) => {
          const guildId = guild();
          await store.confirm(claimOf(await store.claim(guildId, ['A'])), undefined, { receipt: 'channel/1' });
          assert.equal(only(await collect(store.listSent(guildId))).receipt, supports.receipts ? 'channel/1' : null);
        },
      },
    ]),
  ],
};
