import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import type { FileSystem } from '../../../src/files/file-system.js';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import type { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { loadStore } from '../../../src/stores/json-file/loader.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { interceptedFiles } from '../../support/json-file/intercepted-files.js';
import { memoryFiles } from '../../support/json-file/memory-files.js';
import { FOLD_NEVER, TestClock, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { DiskModel, type Unsynced, unsyncedBlocks, withoutBlocks } from '../../support/json-file/disk-model.js';

const GUILD = '1';
const JOURNAL = 'sent.json.journal.1';
/** Places around a block's border at which a line ends. */
const AROUND = Array.from({ length: 25 }, (_, index) => index - 12);
/** Up to this many blocks, all their subsets are lost, one after the other. */
const MOST_BLOCKS_OF_ALL_SUBSETS = 8;
const LONGEST_CODE = 900;

describe('a line that is being written when the power fails', () => {
  it.each([
    ['a sector', 4608],
    ['a page', 4096],
  ])(
    'is there or dropped, and all before it is there, whichever blocks are lost: lines end around the border of %s',
    { timeout: 300_000 },
    async (_, border) => {
      let images = 0;
      for (const offset of AROUND) {
        const end = border + offset;
        for (const length of [120, 700, 1024 + offset, 1024 - 2 * offset]) {
          images += await check(await lineInFlight(end, (store, lineOf) => store.markSent(GUILD, [lineOf(length)])));
        }
        if (offset % 4 !== 0) continue;
        const many = Array.from({ length: 600 }, (__, index) => `IN-FLIGHT-${index}`);
        images += await check(await lineInFlight(end, (store) => store.markSent(GUILD, many)));
      }
      console.log(`around the border of ${border} bytes: ${images} images`);
      expect(images).toBeGreaterThan(2500);
    },
  );

  it('takes nothing of the line before it along, though a person has removed the line break of that one', async () => {
    for (const offset of AROUND) {
      const folder = tempFolder();
      const journal = path.join(folder, JOURNAL);
      await withStore(folder, (store) => fillTo(store, journal, 4096 + offset), { clock: new TestClock() }, FOLD_NEVER);
      fs.truncateSync(journal, fs.statSync(journal).size - 1);
      let durable = fs.readFileSync(journal);
      const acknowledged = codesIn(durable);
      const snapshot = fs.readFileSync(path.join(folder, 'sent.json'));
      const moments: Moment[] = [];
      const files = interceptedFiles(({ name, path: at }) => {
        if (name !== 'sync' || at !== journal) return;
        const written = fs.readFileSync(journal);
        moments.push({ folder, snapshot, journal: { durable, written }, acknowledged });
        durable = written;
      });
      await withStore(
        folder,
        (store) => store.markSent(GUILD, ['IN-FLIGHT']),
        { clock: new TestClock() },
        { ...FOLD_NEVER, files },
      );
      expect(moments.length).toBeGreaterThan(1);
      await check(moments);
    }
  });
});

/** A moment at which the power may fail. */
interface Moment {
  readonly folder: string;
  readonly snapshot: Buffer;
  readonly journal: Unsynced;
  /** Codes of which the guild was told that they are sent. */
  readonly acknowledged: readonly string[];
}

/** The moments before each sync of a call that is made when the journal has a given length. */
async function lineInFlight(
  end: number,
  call: (store: JsonFileStore, codeOfLine: (bytes: number) => string) => Promise<unknown>,
): Promise<Moment[]> {
  const folder = tempFolder();
  const moments: Moment[] = [];
  let acknowledged: readonly string[] | undefined;
  const disk = new DiskModel(folder, () => undefined);
  const files: FileSystem = {
    ...disk.files,
    fdatasync: async (fd) => {
      const journal = disk.unsynced().get(JOURNAL);
      const snapshot = disk.unsynced().get('sent.json')?.durable;
      if (acknowledged !== undefined && journal !== undefined && snapshot !== undefined) {
        moments.push({ folder, snapshot, journal, acknowledged });
      }
      await disk.files.fdatasync(fd);
    },
  };
  await withStore(
    folder,
    async (store) => {
      const codeOfLine = await fillTo(store, path.join(folder, JOURNAL), end);
      acknowledged = codesIn(fs.readFileSync(path.join(folder, JOURNAL)));
      await call(store, codeOfLine);
    },
    { clock: new TestClock() },
    { ...FOLD_NEVER, files },
  );
  fs.rmSync(folder, { recursive: true });
  expect(moments.length).toBeGreaterThan(0);
  expect(moments[0]!.journal.durable.length).toBe(end);
  return moments;
}

/** Marks codes until the journal has a given length. Returns what gives the code whose line has so many bytes. */
async function fillTo(store: JsonFileStore, journal: string, end: number): Promise<(bytes: number) => string> {
  const size = (): number => fs.statSync(journal).size;
  await store.ping();
  const before = size();
  await store.markSent(GUILD, ['0']);
  const frame = size() - before - 1;
  let number = 0;
  const codeOfLine = (bytes: number): string => `${(number += 1)}`.padEnd(bytes - frame, 'X');
  for (;;) {
    const left = end - size();
    if (left === 0) return codeOfLine;
    const most = frame + LONGEST_CODE;
    await store.markSent(GUILD, [codeOfLine(left <= most ? left : left <= 2 * most ? left >> 1 : most)]);
  }
}

/** Fails if a power failure at one of these moments loses something. Returns how many images of the disk were looked at. */
async function check(moments: readonly Moment[]): Promise<number> {
  let images = 0;
  for (const { folder, snapshot, journal, acknowledged } of moments) {
    const paths = new StorePaths(folder, 'sent.json');
    for (const blockBytes of [512, 4096]) {
      for (const lost of lossesOf(unsyncedBlocks(journal, blockBytes))) {
        for (const bytes of withoutBlocks(journal, blockBytes, lost)) {
          images += 1;
          const when = `${journal.durable.length} + ${journal.written.length - journal.durable.length} bytes without the ${blockBytes}-byte blocks ${[...lost].join(' ')}`;
          const files = memoryFiles(
            new Map([
              [paths.snapshot, snapshot],
              [paths.journal(1), bytes],
            ]),
          );
          const loaded = await loadStore(files, paths, new TestClock(), refuseDamage).catch((error: unknown) => {
            throw error instanceof SentCodeStoreError ? new Error(`${when}: ${error.message}`) : error;
          });
          const gone = acknowledged.filter((code) => loaded?.records.get(GUILD, code)?.state !== 'sent');
          if (gone.length > 0) throw new Error(`${when}: lost ${gone.length} codes`);
        }
      }
    }
  }
  return images;
}

/** Every subset of a few blocks; of many, those that begin or end the line, single ones, and every second one. */
function* lossesOf(blocks: readonly number[]): Generator<ReadonlySet<number>> {
  if (blocks.length <= MOST_BLOCKS_OF_ALL_SUBSETS) {
    for (let subset = 0; subset < 2 ** blocks.length; subset += 1) {
      yield new Set(blocks.filter((_, index) => (subset & (1 << index)) !== 0));
    }
    return;
  }
  for (const [index, block] of blocks.entries()) {
    yield new Set([block]);
    yield new Set(blocks.slice(0, index + 1));
    yield new Set(blocks.slice(index));
  }
  yield new Set(blocks.filter((_, index) => index % 2 === 0));
  yield new Set(blocks.filter((_, index) => index % 2 === 1));
}

/** The codes that a journal marks. */
function codesIn(journal: Buffer): string[] {
  return [...journal.toString().matchAll(/\["([^"]+)","auto",/g)].map(([, code]) => code!);
}
