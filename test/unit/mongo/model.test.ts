import fc from 'fast-check';
import { type Claim, MemoryStore } from 'sent-code-store';
import type { HeldRecord, StorePrimitives } from 'sent-code-store/store';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoWorld, passTime } from '../../support/mongo-stores.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const GUILDS = ['1', '12'];
const CODES = ['A', 'B'];
const KEYS = GUILDS.flatMap((guildId) => CODES.map((code) => ({ guildId, code })));
// Few, so that events often meet what they are about.
const TOKENS = ['t1', '$t2'];
const MESSAGES = ['m1', 'm2'];
// All in tens of seconds: a history takes less, so its own time moves nothing over a border.
const LEASES = [0, 60_000, 150_000];
const STEPS = [40_000, 90_000];

/** One step of a history: a call that answers, and time that passes. */
type Step = { readonly pass: number } | { readonly run: (store: StorePrimitives) => Promise<unknown>; readonly text: string };

const key = fc.constantFrom(...KEYS);
const someKeys = fc.uniqueArray(key, { selector: ({ guildId, code }) => guildId + code, minLength: 1, maxLength: 4 });
const token = fc.constantFrom(...TOKENS);
const messageId = fc.constantFrom(...MESSAGES);
const leaseMs = fc.constantFrom(...LEASES);

const event = fc.oneof(
  fc.record({ type: fc.constant('renew' as const), token, leaseMs }),
  fc.record({
    type: fc.constant('release' as const),
    token,
    outcome: fc.constantFrom('not-sent' as const, 'uncertain' as const, 'unsent' as const),
  }),
  fc.record({ type: fc.constant('resize' as const), token, position: fc.nat(5), size: fc.nat(5) }),
  fc.record({ type: fc.constant('take' as const), token, messageId, leaseMs, asks: fc.boolean() }),
  fc.record({
    type: fc.constant('unsent' as const),
    token,
    leaseMs,
    target: fc.constantFrom(undefined, '$there'),
    ageMs: fc.constantFrom(undefined, null, 80_000),
  }),
  fc.record({ type: fc.constant('resolve' as const), messageId, attempt: fc.integer({ min: 1, max: 3 }) }),
);

function call(name: string, argument: unknown, run: (store: StorePrimitives) => Promise<unknown>): Step {
  return { run, text: `${name} ${JSON.stringify(argument)}` };
}

const pass = fc.constantFrom(...STEPS).map((ms): Step => ({ pass: ms }));
const mark = fc
  .tuple(someKeys, fc.option(fc.constantFrom('auto', 'api')), fc.option(fc.nat(1_000_000)), fc.boolean())
  .map(([keys, source, sentAt, isNew]) => {
    // Said of codes that are not new, too: by the time of the mark they may have changed.
    const receipt = source === null ? undefined : '$receipt';
    const marks = keys.map((one) => ({ ...one, source, sentAt, receipt, isNew }));
    return call('mark', marks, (store) => store.markRecords(marks));
  });
const claim = fc
  .record({
    guildId: fc.constantFrom(...GUILDS),
    leaseMs,
    ageMs: fc.option(fc.constantFrom(0, 20_000, 80_000)),
    idleMs: fc.constantFrom(undefined, null, 10_000),
    codes: fc.subarray(CODES, { minLength: 1 }),
    hold: fc.record({
      token: fc.option(token),
      messageId,
      attempt: fc.integer({ min: 1, max: 2 }),
      unsentTries: fc.constantFrom(undefined, 1),
      target: fc.constantFrom(undefined, '$here'),
    }),
  })
  .map(({ codes, hold, ...write }) => {
    const size = codes.length;
    const holds = codes.map((code, position) => ({ code, ...hold, spelling: code.toLowerCase(), position, size }));
    return call('claim', { ...write, holds }, (store) => store.claimRecords({ ...write, holds }));
  });
const settle = fc.array(fc.tuple(key, event), { minLength: 1, maxLength: 4 }).map((pairs) => {
  const settlements = [...new Map(pairs.map(([one, what]) => [one.guildId + one.code, { ...one, event: what }])).values()];
  return call('settle', settlements, (store) => store.settleRecords(settlements));
});
const claimOf = (guildId: string, own: string): Claim => ({
  guildId,
  codes: CODES,
  token: own,
  messageId: 'm1',
  leaseMs: 60_000,
  attempt: 1,
});
const confirm = fc.tuple(someKeys, token).map(([keys, own]) => {
  const marks = keys.map((one) => ({ ...one, source: null, sentAt: 1 }));
  return call('confirm', { own, marks }, (store) => store.confirmRecords(claimOf('1', own), marks));
});
const renew = fc
  .tuple(someKeys, token)
  .map(([keys, own]) => call('renew', { own, keys }, (store) => store.renewRecords(claimOf('1', own), keys)));
const release = fc.tuple(key, token, fc.constantFrom('not-sent' as const, 'uncertain' as const)).map(([one, own, outcome]) =>
  call('release', { own, one, outcome }, async (store) => {
    // A claim may be an old value: its attempt is 1 here, whatever the document has.
    await store.releaseRecords(claimOf('1', own), [one], outcome);
  }),
);
const remove = someKeys.map((keys) => call('remove', keys, (store) => store.removeRecords(keys)));
const clear = fc.constantFrom(...GUILDS).map((guildId) => call('clear', guildId, (store) => store.removeGuild(guildId)));

// What is sent stays sent until it is forgotten, so marks are rare: most of what can happen happens to held codes.
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: settle, weight: 8 },
  { arbitrary: claim, weight: 4 },
  { arbitrary: pass, weight: 2 },
  { arbitrary: remove, weight: 2 },
  { arbitrary: renew, weight: 2 },
  { arbitrary: release, weight: 2 },
  { arbitrary: mark, weight: 1 },
  { arbitrary: confirm, weight: 1 },
  { arbitrary: clear, weight: 1 },
);

/** Answers without ages, which go on by themselves on the server's clock: only whether they are known, and their minutes. */
function comparable(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(comparable);
  if (typeof answer !== 'object' || answer === null || !('ageMs' in answer)) return answer;
  const { ageMs, idleMs, ...record } = answer as HeldRecord;
  const minutes = (ms: number | null): number | null => (ms === null ? null : Math.floor((ms + 100) / 60_000));
  return { ...record, age: minutes(ageMs), idle: minutes(idleMs) };
}

async function everything(store: StorePrimitives): Promise<unknown> {
  const scanned = await collect(store.scanRecords({}));
  const held = await collect(store.scanRecords({ held: true }));
  const text = ({ guildId, code }: { guildId: string; code: string }): string => `${guildId}:${code}`;
  return {
    records: comparable(await store.readRecords(KEYS)),
    scanned: scanned.map(text).sort(),
    held: held.map(text).sort(),
    guilds: (await collect(store.scanGuilds())).sort(),
  };
}

describe('a MongoStore answers as the MemoryStore does', () => {
  it('whatever happens in whatever order', async () => {
    const { store, documents } = await mongoWorld();
    const mongo = openPrimitives(store);
    const steps = fc.array(step, { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        let now = 0;
        const memory = openPrimitives(new MemoryStore({ clock: { now: () => 0, monotonic: () => now } }));
        await documents.deleteMany({ _id: { $not: /^:/ } });
        for (const one of history) {
          if ('pass' in one) {
            now += one.pass;
            await passTime(documents, one.pass);
          } else {
            const expected = await one.run(memory);
            expect(comparable(await one.run(mongo)), one.text).toEqual(comparable(expected));
          }
          expect(comparable(await mongo.readRecords(KEYS))).toEqual(comparable(await memory.readRecords(KEYS)));
        }
        expect(await everything(mongo)).toEqual(await everything(memory));
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
