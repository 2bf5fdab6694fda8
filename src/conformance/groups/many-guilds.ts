import assert from 'node:assert/strict';
import type { SentCodeStore } from '../../contract/store.js';
import { collect, only } from '../assertions.js';
import type { ConformanceGroup } from '../test-case.js';

/** Guild ids that a store may confuse with a given id of digits. */
function neighbours(digits: string): string[] {
  return [
    ...[digits, `0${digits}`, `00${digits}`, `-${digits}`, `+${digits}`, ` ${digits}`, `${digits} `, `${digits}.0`, `${digits}0`],
    ...[digits.slice(0, -1), `${digits};`, `${digits}/`, `${digits}!`, `${digits}\uffff`, `0x${digits}`, `${digits}n`],
    ...[
      `${digits}${digits}`,
      `g${digits}`,
      `G${digits}`,
      `g.${digits}`,
      `$${digits}`,
      `\u{1f381}${digits}`,
      `caf\u00e9${digits}`,
      `cafe\u0301${digits}`,
    ],
    digits.padEnd(100, '9'),
    digits.padEnd(100, '8'),
  ];
}

async function listed(store: SentCodeStore, guildId: string): Promise<string[]> {
  return (await collect(store.listSent(guildId))).map((sent) => `${sent.guildId}:${sent.code}`).sort();
}

/** Batches over guilds, and guilds that look alike. */
export const manyGuilds: ConformanceGroup<'many guilds'> = {
  name: 'many guilds',
  tests: [
    {
      name: 'answers a batch with one entry for each of its entries, in its order, guild ids as strings',
      run: async ({ store, guild }) => {
        const [a, b, c] = [guild(), guild(), guild()];
        await store.markSent(b, ['X']);
        assert.deepEqual(
          await store.filterUnsentMany([
            { guildId: c, codes: ['X'] },
            { guildId: BigInt(b), codes: new Set(['y', 'x']) },
            { guildId: a, codes: [] },
            { guildId: a, codes: ['z', 'X'] },
          ]),
          [
            { guildId: c, codes: ['X'] },
            { guildId: b, codes: ['y'] },
            { guildId: a, codes: [] },
            { guildId: a, codes: ['z', 'X'] },
          ],
        );
        assert.deepEqual(
          await store.markSentMany([
            { guildId: c, codes: ['X'] },
            { guildId: BigInt(b), codes: ['y', 'x'] },
            { guildId: a, codes: [] },
          ]),
          [
            { guildId: c, marked: ['X'], alreadySent: [] },
            { guildId: b, marked: ['y'], alreadySent: ['x'] },
            { guildId: a, marked: [], alreadySent: [] },
          ],
        );
        assert.deepEqual(
          await store.statesMany([
            { guildId: a, codes: ['X'] },
            { guildId: BigInt(b), codes: ['Y', 'z'] },
          ]),
          [
            { guildId: a, states: new Map([['X', 'absent']]) },
            {
              guildId: b,
              states: new Map([
                ['Y', 'sent'],
                ['z', 'absent'],
              ]),
            },
          ],
        );
      },
    },
    {
      name: 'answers a code that a batch names twice in its first entry only',
      run: async ({ store, guild }) => {
        const [a, b] = [guild(), guild()];
        const batch = [
          { guildId: a, codes: ['x', 'y'] },
          { guildId: b, codes: ['x'] },
          { guildId: BigInt(a), codes: ['X', 'z', ' y '] },
        ];
        assert.deepEqual(await store.filterUnsentMany(batch), [
          { guildId: a, codes: ['x', 'y'] },
          { guildId: b, codes: ['x'] },
          { guildId: a, codes: ['z'] },
        ]);
        assert.deepEqual((await store.statesMany(batch))[2], { guildId: a, states: new Map([['z', 'absent']]) });
        assert.deepEqual(await store.markSentMany(batch), [
          { guildId: a, marked: ['x', 'y'], alreadySent: [] },
          { guildId: b, marked: ['x'], alreadySent: [] },
          { guildId: a, marked: ['z'], alreadySent: [] },
        ]);
        assert.deepEqual((await store.markSentMany(batch))[2], { guildId: a, marked: [], alreadySent: ['z'] });
      },
    },
    {
      name: 'answers an empty batch with an empty answer',
      run: async ({ store }) => {
        assert.deepEqual(await store.filterUnsentMany([]), []);
        assert.deepEqual(await store.markSentMany([]), []);
        assert.deepEqual(await store.statesMany([]), []);
      },
    },
    {
      name: 'keeps every (guild, code) of a batch',
      run: async ({ store, guild }) => {
        const batch = Array.from({ length: 25 }, () => ({ guildId: guild(), codes: ['A', 'B', 'C', 'D'] }));
        await store.markSentMany(batch);
        for (const { guildId } of batch) assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B', 'C', 'D', 'E']), ['E']);
      },
    },
    {
      name: 'keeps guilds apart whose ids look alike, and gives each id back as it was',
      run: async ({ store, guild }) => {
        const digits = guild();
        const guilds = neighbours(digits);
        for (const [index, guildId] of guilds.entries()) {
          const unsent = await store.filterUnsentMany(guilds.map((id) => ({ guildId: id, codes: ['A'] })));
          assert.deepEqual(
            unsent.filter(({ codes }) => codes.length > 0).map((entry) => entry.guildId),
            guilds.slice(index),
          );
          await store.markSent(guildId, ['A', `B${index}`]);
        }
        const all = await collect(store.listGuilds());
        for (const [index, guildId] of guilds.entries()) {
          assert.deepEqual(await listed(store, guildId), [`${guildId}:A`, `${guildId}:B${index}`]);
          assert.equal((await store.stats(guildId)).total, 2);
          assert.equal(all.filter((id) => id === guildId).length, 1, `${guildId} is not listed once`);
        }
        assert.equal(await store.clearGuild(digits), 2);
        for (const guildId of guilds.slice(1)) assert.equal((await store.stats(guildId)).total, 2, `${guildId} was cleared too`);
      },
    },
    {
      name: 'divides guild and code at the first ":" of a key',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['A:B', ':', 'A']);
        assert.deepEqual(await store.filterUnsent(guildId, ['B', 'A:', ':A', '::', 'A:B']), ['B', 'A:', ':A', '::']);
        assert.deepEqual(await listed(store, guildId), [`${guildId}::`, `${guildId}:A`, `${guildId}:A:B`]);
      },
    },
    {
      name: 'takes the name of a property of every object for a guild like any other',
      run: async ({ store }) => {
        for (const guildId of ['__proto__', 'constructor']) {
          await store.clearGuild(guildId);
          assert.deepEqual(await store.filterUnsent(guildId, ['A', '__proto__', 'constructor']), [
            'A',
            '__proto__',
            'constructor',
          ]);
          assert.deepEqual(await store.markSent(guildId, ['A']), { marked: ['A'], alreadySent: [] });
          assert.equal(only(await collect(store.listSent(guildId))).guildId, guildId);
          assert.ok((await collect(store.listGuilds())).includes(guildId));
          assert.equal(await store.clearGuild(guildId), 1);
        }
      },
    },
  ],
};
