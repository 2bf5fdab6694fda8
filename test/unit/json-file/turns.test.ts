import { describe, expect, it } from 'vitest';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { STEPS_PER_TURN } from '../../../src/core/turns.js';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { openWritable } from '../../../src/stores/json-file/open-writable.js';
import { testSeamsOf } from '../../../src/stores/json-file/test-seams.js';
import { compact } from '../../support/json-file/sample-store.js';
import { collect, FOLD_NEVER, Lines, makeStore, TestClock, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import path from 'node:path';

const CODES = 20_000;
/** Turns of the event loop that a walk over all codes leaves to others. */
const TURNS = CODES / STEPS_PER_TURN;
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
    const { result, turns } = await countTurns(() => run(store));
    if (typeof answer === 'object') expect(result).toMatchObject(answer!);
    else expect(result).toBe(answer);
    // What is held is never in a table, so that has nothing to be walked through.
    if (call !== 'listUncertain' || where !== 'in the snapshot') expect(turns).toBeGreaterThanOrEqual(TURNS - 1);
  });

  it('while it is looked for a guild after it was cleared', async () => {
    const store = await make();
    await store.clearGuild('1');
    const { result, turns } = await countTurns(() => collect(store.listGuilds()));
    expect(result).toEqual([]);
    if (where === 'in the snapshot') expect(turns).toBeGreaterThanOrEqual(TURNS - 1);
  });
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
      expect((await countTurns(() => run(store))).turns).toBeGreaterThanOrEqual(TURNS - 1);
      expect((await countTurns(() => store.filterUnsent('1', codes))).turns).toBeLessThan(TURNS);
      await store.close();
    }
  });

  it('leaves the event loop to others while it is folded, and its index is made before it is used', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', codes), {}, FOLD_NEVER);
    // The disk takes no time: all turns are those that the folding itself leaves.
    let pieces = 0;
    const files = {
      ...nodeFileSystem,
      write: async (fd: number, ...rest: [Uint8Array, number, number, number]) => {
        pieces += 1;
        return Promise.resolve(nodeFileSystem.writeSync(fd, ...rest));
      },
    };
    const opened = await openWritable({
      path: path.join(folder, 'sent.json'),
      create: 'never',
      lockTimeoutMs: 0,
      recover: false,
      clock: new TestClock(),
      randomId: () => 'unused',
      logger: new Lines(),
      seams: { ...testSeamsOf({}), ...FOLD_NEVER, files },
    });
    const { turns } = await countTurns(() => opened.compact());
    expect(pieces).toBeGreaterThan(0);
    // Once over the changes, once over the new table.
    expect(turns).toBeGreaterThanOrEqual(2 * TURNS - 1);
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

/** How many turns the event loop had while a call was under way. */
async function countTurns<T>(call: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const result = await call();
  isOver = true;
  return { result, turns };
}

async function inJournal(): Promise<SentCodeStore> {
  const store = makeStore(tempFolder(), {}, FOLD_NEVER);
  await store.markSent('1', codes);
  return store;
}
