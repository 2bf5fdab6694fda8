import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { GuildId } from '../../contract/types.js';
import type { SentCodeStore } from '../../contract/store.js';
import { collect, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, type ConformanceTest, hasClaims, when } from '../test-case.js';

const BAD: readonly unknown[] = [
  ...[1406122908476113000, 0, -1, Number.NaN, '', 'a:b', ':', 'x'.repeat(101), '\ud800', 'x\udc00y', 10n ** 100n],
  ...[null, undefined, true, {}, [], ['1'], { toString: () => '1' }, Symbol('1'), () => '1', new String('1')],
];

type Call = (store: SentCodeStore, guildId: GuildId) => Promise<unknown>;

const calls: Readonly<Record<string, Call>> = {
  filterUnsent: (store, guildId) => store.filterUnsent(guildId, ['A']),
  markSent: (store, guildId) => store.markSent(guildId, ['A']),
  states: (store, guildId) => store.states(guildId, ['A']),
  isSent: (store, guildId) => store.isSent(guildId, 'A'),
  listSent: (store, guildId) => collect(store.listSent(guildId)),
  stats: (store, guildId) => store.stats(guildId),
  forget: (store, guildId) => store.forget(guildId, ['A']),
  clearGuild: (store, guildId) => store.clearGuild(guildId),
  // `undefined` is allowed here, and means all guilds.
  listUncertain: (store, guildId) => collect(store.listUncertain((guildId as unknown) === undefined ? '' : guildId)),
  resolveUncertain: (store, guildId) => store.resolveUncertain(guildId, ['A'], 'sent'),
};

const claimCalls: Readonly<Record<string, Call>> = {
  claim: (store, guildId) => store.claim(guildId, ['A']),
  takeUncertain: (store, guildId) => store.takeUncertain(guildId),
};

const batchCalls: Readonly<Record<string, Call>> = {
  filterUnsentMany: (store, guildId) =>
    store.filterUnsentMany([
      { guildId: '1', codes: [] },
      { guildId, codes: ['A'] },
    ]),
  markSentMany: (store, guildId) =>
    store.markSentMany([
      { guildId: '1', codes: [] },
      { guildId, codes: ['A'] },
    ]),
  statesMany: (store, guildId) =>
    store.statesMany([
      { guildId: '1', codes: [] },
      { guildId, codes: ['A'] },
    ]),
};

function refuses(table: Readonly<Record<string, Call>>, argument: string): ConformanceTest['run'] {
  return async ({ store }) => {
    for (const [name, call] of Object.entries(table)) {
      for (const value of BAD) {
        const what = `${name}(${inspect(value)})`;
        const error = await rejectsWith('INVALID_GUILD_ID', () => call(store, value as GuildId), what);
        assert.equal(error.argument, argument, what);
        assert.ok(error.message.includes(argument), `${what}: the text does not name ${argument}: ${error.message}`);
      }
    }
  };
}

/** Wrong guild ids are refused with `INVALID_GUILD_ID`. */
export const badGuildIds: ConformanceGroup<'bad guild ids'> = {
  name: 'bad guild ids',
  tests: [
    {
      name: 'refuses a guild id that is a number, empty, too long or malformed, wherever one is taken',
      run: refuses(calls, 'guildId'),
    },
    { name: 'names the entry of a batch whose guild id is bad', run: refuses(batchCalls, 'batch[1].guildId') },
    ...when(hasClaims, [{ name: 'refuses a bad guild id where a claim is asked for', run: refuses(claimCalls, 'guildId') }]),
    ...when(
      (supports) => supports.metadata,
      [
        {
          name: 'refuses a bad guild id where a baseline is asked for',
          run: refuses({ baseline: (store, guildId) => store.baseline(guildId, ['A']) }, 'guildId'),
        },
      ],
    ),
    {
      name: 'says of a number what it was and what to do instead',
      run: async ({ store }) => {
        const { message, retryable } = await rejectsWith('INVALID_GUILD_ID', () => store.isSent(1234567890123 as never, 'A'));
        assert.match(message, /1234567890123.*string/s);
        assert.equal(retryable, false);
      },
    },
    {
      name: 'takes a guild id of 100 characters',
      run: async ({ store, guild }) => {
        const guildId = guild().padStart(100, 'x');
        assert.equal((await store.markSent(guildId, ['A'])).marked.length, 1);
        assert.equal(await store.clearGuild(guildId), 1);
      },
    },
  ],
};
