import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Codes } from '../../contract/types.js';
import type { SentCodeStore } from '../../contract/store.js';
import { claimOf, numbered, rejectsWith } from '../assertions.js';
import { type ConformanceGroup, type ConformanceTest, hasClaims, when } from '../test-case.js';

const BAD_LISTS: readonly unknown[] = [
  ...['ABC', '', null, undefined, 1, true, {}, { length: 1, 0: 'A' }, new Map([['A', 'A']]), ['A'].values(), Symbol('A')],
  ...[() => ['A'], new Uint8Array(2), new String('A')],
];
const BAD_CODES: readonly unknown[] = [
  ...['', '   ', '\n\t', '\u00a0', '\x1c', 'x'.repeat(1025), '\ufdfa'.repeat(60), '\ud800', 'A\udfff'],
  ...[null, undefined, 1, 1n, true, {}, ['A'], Symbol('A'), new String('A')],
];

type Call = (store: SentCodeStore, guildId: string, codes: Codes) => Promise<unknown>;
interface NamedCall {
  readonly name: string;
  readonly argument: string;
  readonly call: Call;
}

const calls: readonly NamedCall[] = [
  { name: 'filterUnsent', argument: 'codes', call: (store, guildId, codes) => store.filterUnsent(guildId, codes) },
  { name: 'markSent', argument: 'codes', call: (store, guildId, codes) => store.markSent(guildId, codes) },
  { name: 'states', argument: 'codes', call: (store, guildId, codes) => store.states(guildId, codes) },
  { name: 'forget', argument: 'codes', call: (store, guildId, codes) => store.forget(guildId, codes) },
  {
    name: 'resolveUncertain',
    argument: 'codes',
    call: (store, guildId, codes) => store.resolveUncertain(guildId, codes, 'sent'),
  },
  ...(['filterUnsentMany', 'markSentMany', 'statesMany'] as const).map((name): NamedCall => ({
    name,
    argument: 'batch[1].codes',
    call: (store, guildId, codes) =>
      store[name]([
        { guildId, codes: ['GOOD'] },
        { guildId, codes },
      ]),
  })),
];
const claimCalls: readonly NamedCall[] = [
  { name: 'claim', argument: 'codes', call: (store, guildId, codes) => store.claim(guildId, codes) },
  { name: 'takeUncertain', argument: 'options.codes', call: (store, guildId, codes) => store.takeUncertain(guildId, { codes }) },
];
const baselineCall: NamedCall = {
  name: 'baseline',
  argument: 'codes',
  call: (store, guildId, codes) => store.baseline(guildId, codes),
};

function refusesLists(table: readonly NamedCall[]): ConformanceTest['run'] {
  return async ({ store, guild }) => {
    for (const { name, argument, call } of table) {
      for (const value of BAD_LISTS) {
        // `undefined` is allowed in `takeUncertain`, and means all codes.
        if (value === undefined && name === 'takeUncertain') continue;
        const what = `${name}(${inspect(value)})`;
        const error = await rejectsWith('INVALID_CODES', () => call(store, guild(), value as Codes), what);
        assert.equal(error.argument, argument, what);
      }
    }
  };
}

function refusesCodes(table: readonly NamedCall[]): ConformanceTest['run'] {
  return async ({ store, guild }) => {
    for (const { name, argument, call } of table) {
      for (const value of BAD_CODES) {
        const guildId = guild();
        const what = `${name} with ${inspect(value)}`;
        const error = await rejectsWith('INVALID_CODE', () => call(store, guildId, ['GOOD', value as string, 'FINE']), what);
        assert.equal(error.argument, `${argument}[1]`, what);
        assert.ok(error.message.includes(`${argument}[1]`), `${what}: the text does not name ${argument}[1]: ${error.message}`);
        assert.deepEqual(await store.filterUnsent(guildId, ['GOOD', 'FINE']), ['GOOD', 'FINE'], `${what} wrote something`);
      }
    }
  };
}

/** Wrong codes are refused with `INVALID_CODE`, wrong lists of codes with `INVALID_CODES`. */
export const badCodes: ConformanceGroup<'bad codes'> = {
  name: 'bad codes',
  tests: [
    { name: 'refuses a lone string, and whatever else is no list of codes', run: refusesLists(calls) },
    { name: 'refuses the whole call for one code that is empty, too long, malformed or no string', run: refusesCodes(calls) },
    ...when(hasClaims, [
      { name: 'refuses what is no list of codes where a claim is asked for', run: refusesLists(claimCalls) },
      { name: 'refuses a claim for one bad code', run: refusesCodes(claimCalls) },
      {
        name: 'refuses to confirm or give back a code that is not part of the claim',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const claim = claimOf(await store.claim(guildId, ['A']));
          await rejectsWith('INVALID_CODES', () => store.confirm(claim, ['A', 'STRANGER']));
          await rejectsWith('INVALID_CODES', () => store.release(claim, 'not-sent', ['A', 'STRANGER']));
          assert.deepEqual([...(await store.states(guildId, ['A', 'STRANGER'])).values()], ['claimed', 'absent']);
        },
      },
    ]),
    ...when(
      (supports) => supports.metadata,
      [
        { name: 'refuses what is no list of codes where a baseline is asked for', run: refusesLists([baselineCall]) },
        { name: 'refuses a baseline for one bad code', run: refusesCodes([baselineCall]) },
      ],
    ),
    {
      name: 'refuses a batch of 100 codes for one bad one before anything is written, and says which',
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        const codes = numbered('CODE', 100);
        const spoiled = codes.with(77, ' ');
        const error = await rejectsWith('INVALID_CODE', () => store.markSent(one, spoiled));
        assert.equal(error.argument, 'codes[77]');
        assert.equal(error.retryable, false);
        const batch = [
          { guildId: one, codes },
          { guildId: other, codes: new Set(spoiled) },
        ];
        assert.equal((await rejectsWith('INVALID_CODE', () => store.markSentMany(batch))).argument, 'batch[1].codes[77]');
        assert.deepEqual(await store.filterUnsent(one, codes), codes);
        assert.deepEqual(await store.filterUnsent(other, codes), codes);
      },
    },
    {
      name: 'refuses a bad code where one is asked for',
      run: async ({ store, guild }) => {
        for (const code of BAD_CODES)
          await rejectsWith('INVALID_CODE', () => store.isSent(guild(), code as string), inspect(code));
      },
    },
    {
      name: 'takes a code of 1024 characters',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const code = ` ${'x'.repeat(1024)} `;
        assert.deepEqual((await store.markSent(guildId, [code])).marked, [code]);
        assert.equal(await store.isSent(guildId, code.toUpperCase()), true);
      },
    },
  ],
};
