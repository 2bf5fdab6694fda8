import assert from 'node:assert/strict';
import { collect, only } from '../assertions.js';
import type { ConformanceGroup } from '../test-case.js';

/** Spellings of one code. The first is its identity. */
const SAME: readonly (readonly [identity: string, ...others: string[]])[] = [
  ['SUMMER24', 'summer24', ' Summer24\t', '\nsummer24\r\n', '\u00a0SUMMER24\u2003', '\x1csummer24\x1f', '\x85summer24'],
  ['ABC', '\uff21\uff22\uff23', '\uff41\uff42\uff43'],
  ['CAF\u00c9', 'cafe\u0301', 'caf\u00e9'],
  ['STRASSE', 'stra\u00dfe', 'STRASSE'],
  ['FIRE', '\ufb01re'],
  ['GIFT-I', 'gift-i'],
];

/** Different codes that a store may confuse with one another, or with its own notation. */
const DIFFERENT: readonly string[] = [
  ...['AB', 'A B', 'A-B', 'A_B', 'A  B', 'ABC', 'B', 'E', '\u00c9', '0', '00', 'O', '1', '1.0', 'TRUE', 'NULL', 'UNDEFINED'],
  ...[
    'A:B',
    ':',
    'A.B',
    '.',
    '$SET',
    '$',
    '{"A":1}',
    '[]',
    '"',
    '\\',
    "'",
    '`',
    'A/B',
    '..',
    '*',
    '%',
    'A\nB',
    'A\0B',
    'A\x7fB',
    'A,B',
  ],
  ...['__PROTO__', 'CONSTRUCTOR', 'TOSTRING', '\u{1f381}', '\u793c\u5305', '\u05d0', 'X'.repeat(1024), `${'X'.repeat(1023)}Y`],
];

/** When two spellings are one code, and what the caller gets back. */
export const identity: ConformanceGroup<'identity'> = {
  name: 'identity',
  tests: [
    {
      name: 'takes every spelling of a code for that code',
      run: async ({ store, guild }) => {
        for (const [code, ...others] of SAME) {
          const pairs = others.flatMap((other) => [
            { first: code, spelling: other },
            { first: other, spelling: code },
          ]);
          for (const { first, spelling } of pairs) {
            const guildId = guild();
            await store.markSent(guildId, [first]);
            assert.deepEqual(await store.filterUnsent(guildId, [spelling]), [], `${spelling} is offered after ${first}`);
            assert.deepEqual(await store.markSent(guildId, [spelling]), { marked: [], alreadySent: [spelling] });
            assert.equal(await store.isSent(guildId, spelling), true);
            assert.deepEqual(await store.states(guildId, [spelling]), new Map([[spelling, 'sent']]));
            assert.equal(only(await collect(store.listSent(guildId))).code, code);
          }
        }
      },
    },
    {
      name: 'keeps different codes apart, whatever characters they have',
      run: async ({ store, guild }) => {
        const guildId = guild();
        for (const [index, code] of DIFFERENT.entries()) {
          assert.deepEqual(await store.filterUnsent(guildId, DIFFERENT), DIFFERENT.slice(index));
          assert.deepEqual(await store.markSent(guildId, [code]), { marked: [code], alreadySent: [] });
        }
        const listed = await collect(store.listSent(guildId));
        assert.deepEqual(listed.map(({ code }) => code).sort(), [...DIFFERENT].sort());
        assert.equal(await store.forget(guildId, ['$set', '__proto__', ':']), 3);
        assert.deepEqual(await store.filterUnsent(guildId, DIFFERENT), [':', '$SET', '__PROTO__']);
      },
    },
    {
      name: "answers in the caller's own spelling: first occurrence, original order, without repeats",
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['old']);
        const codes = ['zeta', ' Alpha ', 'ZETA', 'Old', 'alpha', 'mid', 'OLD'];
        assert.deepEqual(await store.filterUnsent(guildId, codes), ['zeta', ' Alpha ', 'mid']);
        assert.deepEqual(
          [...(await store.states(guildId, codes))],
          [
            ['zeta', 'absent'],
            [' Alpha ', 'absent'],
            ['Old', 'sent'],
            ['mid', 'absent'],
          ],
        );
        assert.deepEqual(await store.markSent(guildId, codes), { marked: ['zeta', ' Alpha ', 'mid'], alreadySent: ['Old'] });
      },
    },
    {
      name: 'takes a Set of codes as it takes an array',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = new Set(['b', 'a', 'B ']);
        assert.deepEqual(await store.filterUnsent(guildId, codes), ['b', 'a']);
        assert.deepEqual(await store.markSent(guildId, codes), { marked: ['b', 'a'], alreadySent: [] });
        assert.deepEqual(await store.filterUnsentMany([{ guildId, codes: new Set(['a', 'c']) }]), [{ guildId, codes: ['c'] }]);
      },
    },
    {
      name: 'does not change the list that it was given',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = Object.freeze([' b', 'A', 'a']);
        await store.filterUnsent(guildId, codes);
        await store.markSent(guildId, codes);
        assert.deepEqual(codes, [' b', 'A', 'a']);
      },
    },
    {
      name: 'takes a bigint guild id for the same guild as its digits',
      run: async ({ store, guild }) => {
        for (const guildId of [guild(), `-100${guild().slice(0, 10)}`]) {
          await store.markSent(BigInt(guildId), ['A']);
          assert.equal(await store.isSent(guildId, 'a'), true);
          assert.equal(only(await collect(store.listSent(BigInt(guildId)))).guildId, guildId);
        }
      },
    },
  ],
};
