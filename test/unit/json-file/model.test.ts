import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/contract/claims.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { collect, TestClock } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const DAY_MS = 86_400_000;
const GUILDS = ['1', '2', '__proto__'];
const CODES = ['a', 'B', ' c', 'é', '__proto__', 'x"]'];
const guild = fc.constantFrom(...GUILDS);
const codes = fc.uniqueArray(fc.constantFrom(...CODES), { minLength: 1, maxLength: 4 });
const pick = fc.nat(5);

/** What a bot may do; `claim` names one that was made before. */
const action = fc.oneof(
  fc.record({ do: fc.constant('mark' as const), guild, codes, source: fc.constantFrom('auto', 'manual') }),
  fc.record({ do: fc.constant('claim' as const), guild, codes, leaseMs: fc.constantFrom(1000, 60_000) }),
  fc.record({
    do: fc.constantFrom(...(['confirm', 'renew', 'restart', 'not-sent', 'uncertain', 'unsent'] as const)),
    claim: pick,
  }),
  fc.record({ do: fc.constantFrom('take' as const, 'ask' as const, 'clear' as const), guild }),
  fc.record({
    do: fc.constantFrom('resolve sent' as const, 'resolve not-sent' as const, 'forget' as const, 'baseline' as const),
    guild,
    codes,
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 999, 60_000) }),
  fc.record({ do: fc.constant('reopen' as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

describe('the JSON file behaves as the reference does', () => {
  it.each([
    ['all in the journal', Infinity],
    ['folded now and then', 700],
    ['folded after every line', 1],
  ])('over random histories with reopenings: %s', { timeout: 120_000 }, async (_, bytes) => {
    const root = tempFolder();
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        await compareHistories(fs.mkdtempSync(path.join(root, 'run-')), actions, { least: bytes, most: bytes });
      }),
      { numRuns: 40 },
    );
  });
});

/** The same claim as each of the two stores gave it: tokens differ where messages were taken in another order. */
interface Twins {
  readonly model: Claim;
  readonly file: Claim;
}
type Side = keyof Twins;

async function compareHistories(
  folder: string,
  actions: readonly Action[],
  compactAtBytes: { least: number; most: number },
): Promise<void> {
  const clock = new TestClock();
  let origin = 0;
  // The monotonic clock begins anew with each process; the model is one process that lives on.
  const fileClock = { now: clock.now, monotonic: (): number => clock.steady - origin };
  const options = { path: path.join(folder, 'sent.json'), clock: fileClock };
  const open = (): JsonFileStore => new JsonFileStore(withTestSeams({ ...options }, { compactAtBytes, pieceBytes: 64 }));
  const model = new MemoryStore({ clock });
  const reader = new JsonFileStore({ ...options, clock, readOnly: true });
  const claims: Twins[] = [];
  let file = open();
  await file.ping();
  for (const step of actions) {
    if (step.do === 'pass') clock.advance(step.ms);
    else if (step.do === 'reopen') {
      await file.close();
      // Claims are uncertain in the file then; in the model, by a day that passes: no lease is longer.
      clock.advance(DAY_MS);
      origin = clock.steady - 17;
      file = open();
    } else {
      const expected = await run(model, step, claims, 'model');
      const actual = await run(file, step, claims, 'file');
      expect(actual.answer).toEqual(expected.answer);
      for (const [index, claim] of expected.claims.entries()) claims.push({ model: claim, file: actual.claims[index]! });
    }
    const view = await viewOf(model);
    expect(await viewOf(file)).toEqual(view);
    // What was claimed ended its last try at the opening at the latest, which the file takes it for.
    const longest = await idleTimes(model);
    expect((await idleTimes(file)).filter((ms, index) => ms > longest[index]!)).toEqual([]);
    // A reader takes a claim for uncertain, which its owner alone knows better.
    if (!JSON.stringify(view).includes('claimed')) expect(await viewOf(reader)).toEqual(view);
  }
  await file.close();
  await reader.close();
}

async function run(
  store: SentCodeStore,
  step: Exclude<Action, { do: 'pass' | 'reopen' }>,
  twins: readonly Twins[],
  side: Side,
): Promise<{ answer: unknown; claims: Claim[] }> {
  if ('claim' in step) {
    const claim = twins.at(step.claim - twins.length)?.[side];
    if (claim === undefined) return { answer: undefined, claims: [] };
    if (step.do === 'confirm') return { answer: await store.confirm(claim), claims: [] };
    if (step.do !== 'renew' && step.do !== 'restart') {
      await store.release(claim, step.do);
      return { answer: undefined, claims: [] };
    }
    const renewed = await store[step.do](claim).catch((error: unknown) => (error as { code: string }).code);
    return typeof renewed === 'string' ? { answer: renewed, claims: [] } : named([renewed]);
  }
  const { guild: id } = step;
  switch (step.do) {
    case 'mark':
      return { answer: await store.markSent(id, step.codes, { source: step.source }), claims: [] };
    case 'claim': {
      const { claim, ...answer } = await store.claim(id, step.codes, { leaseMs: step.leaseMs });
      return { answer, claims: claim === undefined ? [] : [claim] };
    }
    case 'take':
      return named(await store.takeUncertain(id));
    case 'ask':
      return named(await store.takeUncertain(id, { purpose: 'ask' }));
    case 'clear':
      return { answer: await store.clearGuild(id), claims: [] };
    case 'forget':
      return { answer: await store.forget(id, step.codes), claims: [] };
    case 'baseline':
      return { answer: await store.baseline(id, step.codes), claims: [] };
    case 'resolve sent':
      return { answer: await store.resolveUncertain(id, step.codes, 'sent'), claims: [] };
    case 'resolve not-sent':
      return { answer: await store.resolveUncertain(id, step.codes, 'not-sent'), claims: [] };
  }
}

/** Claims in an order of their own, and what is the same of them in both stores. */
function named(claims: readonly Claim[]): { answer: unknown; claims: Claim[] } {
  const sorted = claims.toSorted((a, b) => (a.codes[0]! < b.codes[0]! ? -1 : 1));
  return { answer: sorted.map(({ codes: held, attempt, leaseMs }) => ({ held, attempt, leaseMs })), claims: sorted };
}

async function viewOf(store: SentCodeStore): Promise<unknown> {
  const guilds = (await collect(store.listGuilds())).sort();
  return {
    guilds,
    states: await Promise.all(GUILDS.map(async (id) => [...(await store.states(id, CODES))])),
    sent: await Promise.all(guilds.map(async (id) => sortedByCode(await collect(store.listSent(id))))),
    uncertain: sortedByCode((await collect(store.listUncertain())).map(({ messageId: _, idleMs: __, ...rest }) => rest)),
    stats: await Promise.all(guilds.map((id) => store.stats(id))),
  };
}

async function idleTimes(store: SentCodeStore): Promise<number[]> {
  return sortedByCode(await collect(store.listUncertain())).map(({ idleMs }) => idleMs ?? Infinity);
}

function sortedByCode<T extends { guildId: string; code: string }>(items: readonly T[]): T[] {
  const key = ({ guildId, code }: T): string => `${guildId}:${code}`;
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
