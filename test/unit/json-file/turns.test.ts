import type { TimerOptions } from 'node:timers';
import timers from 'node:timers/promises';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { STEPS_PER_TURN } from '../../../src/core/turns.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { openWritable } from '../../../src/stores/json-file/open-writable.js';
import { testSeamsOf } from '../../../src/stores/json-file/test-seams.js';
import { compact } from '../../support/json-file/sample-store.js';
import { collect, FOLD_NEVER, Lines, makeStore, TestClock, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

// Not a mock of the module: other files of this worker have loaded it already.
const { setImmediate: pause } = timers;
let pauses = 0;
beforeAll(() => {
  timers.setImmediate = (<T>(value?: T, options?: TimerOptions) => {
    pauses += 1;
    return pause(value, options);
  });
  syncBuiltinESMExports();
});
afterAll(() => {
  timers.setImmediate = pause;
  syncBuiltinESMExports();
});

const CODES = 20_000;
/** Pauses of a walk over all codes. */
const PAUSES = CODES / STEPS_PER_TURN;
const codes = Array.from({ length: CODES }, (_, index) => `CODE${index}`);

const filled: readonly (readonly [where: string, make: () => Promise<SentCodeStore>])[] = [
  ['in the journal', () => inJournal()],
  [
    'in the snapshot',
    async () => {
      const folder = tempFolder();
      await withStore(folder, (store) => store.markSent('1', codes), {}, FOLD_NEVER);
      await compact(path.join(folder, 'sent.json'));
      return makeStore(folder, {}, FOLD_NEVER);
    },
  ],
  [
    'in memory',
    async () => {
      const store = new MemoryStore();
      await store.markSent('1', codes);
      return store;
    },
  ],
];

describe.each(filled)('a guild with many codes %s leaves the event loop to others', (where, make) => {
  it.each<[call: string, run: (store: SentCodeStore) => Promise<unknown>, answer: unknown]>([
    ['stats', (store) => store.stats('1'), { total: CODES }],
    ['listSent', async (store) => (await collect(store.listSent('1'))).length, CODES],
    ['listUncertain', async (store) => (await collect(store.listUncertain())).length, 0],
    ['clearGuild', (store) => store.clearGuild('1'), CODES],
  ])('during %s', async (call, run, answer) => {
    const store = await make();
    await store.ping();
    const { result, pauses: made } = await countPauses(() => run(store));
    if (typeof answer === 'object') expect(result).toMatchObject(answer!);
    else expect(result).toBe(answer);
    // What is held is never in a table, so that has nothing to be walked through.
    if (call !== 'listUncertain' || where !== 'in the snapshot') expect(made).toBeGreaterThanOrEqual(PAUSES - 1);
  });

  it('while it is looked for a guild after it was cleared', async () => {
    const store = await make();
    await store.clearGuild('1');
    const { result, pauses: made } = await countPauses(() => collect(store.listGuilds()));
    expect(result).toEqual([]);
    if (where === 'in the snapshot') expect(made).toBeGreaterThanOrEqual(PAUSES - 1);
  });
});

it('clears a guild in lines of a thousand codes', async () => {
  const folder = tempFolder();
  await withStore(
    folder,
    async (store) => {
      await store.markSent('1', codes);
      expect(await store.clearGuild('1')).toBe(CODES);
    },
    {},
    FOLD_NEVER,
  );
  const lines = fs.readFileSync(path.join(folder, 'sent.json.journal.1'), 'utf8').trimEnd().split('\n');
  const changes = lines.slice(1).map((line) => JSON.parse(line) as { changes: [string, unknown[]][] });
  expect(Math.max(...changes.flatMap((line) => line.changes.map(([, records]) => records.length)))).toBe(1000);
});

describe('a large guild of the snapshot', () => {
  it('leaves the event loop to others when it is first looked up, marked or claimed in', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', codes), {}, FOLD_NEVER);
    await compact(path.join(folder, 'sent.json'));
    const calls: readonly ((store: SentCodeStore) => Promise<unknown>)[] = [
      (store) => store.filterUnsent('1', ['CODE7']),
      (store) => store.markSent('1', ['CODE7']),
      (store) => store.claim('1', ['CODE7']),
      (store) => store.forget('1', ['OTHER']),
    ];
    for (const run of calls) {
      const store = makeStore(folder, {}, FOLD_NEVER);
      await store.ping();
      expect((await countPauses(() => run(store))).pauses).toBeGreaterThanOrEqual(PAUSES - 1);
      expect((await countPauses(() => store.filterUnsent('1', codes))).pauses).toBeLessThan(PAUSES);
      await store.close();
    }
  });

  it('leaves the event loop to others while it is folded, and its index is made before it is used', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', codes), {}, FOLD_NEVER);
    const opened = await openWritable({
      path: path.join(folder, 'sent.json'),
      create: 'never',
      lockTimeoutMs: 0,
      recover: false,
      clock: new TestClock(),
      randomId: () => 'unused',
      logger: new Lines(),
      seams: { ...testSeamsOf({}), ...FOLD_NEVER },
    });
    const { pauses: made } = await countPauses(() => opened.compact());
    // Once over the changes, once over the new table.
    expect(made).toBeGreaterThanOrEqual(2 * PAUSES - 1);
    expect(opened.records.isReady('1')).toBe(true);
    await opened.close();
  });
});

describe('a walk through a guild that changes meanwhile', () => {
  it.each(['journal', 'snapshot', 'both'])('sees each code that is there all the time once: %s', async (where) => {
    const folder = tempFolder();
    const few = codes.slice(0, 300);
    const file = path.join(folder, 'sent.json');
    if (where !== 'journal') {
      await withStore(folder, (store) => store.markSent('1', where === 'both' ? few.slice(0, 150) : few), {}, FOLD_NEVER);
      await compact(file);
    }
    // Folded all the time: tables are put in place while the walk is on its way.
    const store = makeStore(folder, {}, { compactAtBytes: { least: 1, most: 1 }, pieceBytes: 100 });
    await store.markSent('1', few);
    // Changes over the table, of codes that stay.
    await store.forget('1', few.slice(100, 110));
    await store.markSent('1', few.slice(100, 110));
    const seen: string[] = [];
    let step = 0;
    for await (const { code } of store.listSent('1')) {
      seen.push(code);
      step += 1;
      // Codes after and before the walk's place go and come, and there are new ones all the time.
      if (step % 10 === 0) {
        await store.forget('1', [few[280]!, few[5]!]);
        await store.markSent('1', [few[280]!, few[5]!, `NEW${step}`]);
      }
    }
    const stable = few.filter((code) => code !== few[280] && code !== few[5]);
    expect(seen.filter((code) => stable.includes(code)).sort()).toEqual([...stable].sort());
  });
});

/** How many pauses a call made in which the event loop had its turn. */
async function countPauses<T>(call: () => Promise<T>): Promise<{ result: T; pauses: number }> {
  pauses = 0;
  const result = await call();
  return { result, pauses };
}

async function inJournal(): Promise<SentCodeStore> {
  const store = makeStore(tempFolder(), {}, FOLD_NEVER);
  await store.markSent('1', codes);
  return store;
}
