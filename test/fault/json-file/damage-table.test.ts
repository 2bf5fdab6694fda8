import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { compact, sampleFiles } from '../../support/json-file/sample-store.js';
import { FOLD_NEVER, TestClock, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { contentsOf } from './store-contents.js';

const FOLDER = '/store';
const PATHS = new StorePaths(FOLDER, 'sent.json');
const SNAPSHOT = PATHS.snapshot;
const OLDER = PATHS.journal(2);
const NEWEST = PATHS.journal(3);
const NAMES = new Map([
  [SNAPSHOT, 'snapshot'],
  [OLDER, 'older journal'],
  [NEWEST, 'newest journal'],
]);
/** Lines of the newest journal after its header: enough for more than a line that is being written can be. */
const NEWEST_LINES = 130;

/** Of the places in the newest journal that are like others, one of so many is looked at. */
const STRIDE = 7;

/**
 * What becomes of every kind of damage.
 *
 * - refused: the store does not open, and says where the damage is.
 * - whole: all is there.
 * - dropped: it opens without the end of its newest journal, says so, and has copied what is left of the line that it drops.
 * - LOST: it opens without the end of its newest journal and knows nothing of it. Nothing in the files differs from those of a store that never had
 *   these lines.
 *
 * Zeroes to the end of the file, from a sector's border, are dropped where a line's length is among them, and refused where it is not.
 */
const TABLE = `
bit flipped | snapshot | anywhere | refused
bit flipped | older journal | anywhere | refused
bit flipped | newest journal | anywhere | refused
cut off | snapshot | the last line break | whole
cut off | snapshot | before it | refused
cut off | older journal | the last line break | whole
cut off | older journal | before it | refused
cut off | newest journal | the last line break | whole
cut off | newest journal | in the header | refused
cut off | newest journal | in a line | dropped
cut off | newest journal | after a line | LOST
line removed | snapshot | any | refused
line removed | older journal | any | refused
line removed | newest journal | not the last | refused
line removed | newest journal | the last | LOST
line swapped with the next | snapshot | any | refused
line swapped with the next | older journal | any | refused
line swapped with the next | newest journal | any | refused
line repeated | snapshot | any | refused
line repeated | older journal | any | refused
line repeated | newest journal | any | refused
zeroes to the end | snapshot | from anywhere | refused
zeroes to the end | older journal | from the last line break | whole
zeroes to the end | older journal | from before it | refused
zeroes to the end | newest journal | from the last line break | whole
zeroes to the end | newest journal | from in a line, not at the border of a sector | refused
zeroes to the end | newest journal | from in an earlier line, at the border of a sector | dropped or refused
zeroes to the end | newest journal | from a line, the last 8 192 bytes | dropped
zeroes to the end | newest journal | from a line, more than that | refused
zeroes to the end | newest journal | from the header | refused
CRLF | every file | every line | whole
byte order mark | every file | at the beginning | whole
wrong generation | older journal | is the newest one | refused
wrong generation | newest journal | is the older one | refused
wrong generation | newest journal | has a later number | refused
wrong generation | older journal | of the snapshot before | refused
wrong generation | snapshot | the one before | refused
file of another store | snapshot | all | refused
file of another store | older journal | all | refused
file of another store | newest journal | all | refused
file deleted | snapshot | all | refused
file deleted | older journal | all | refused
file deleted | newest journal | all | LOST
`.trim();

let files: Map<string, Buffer>;
let other: Map<string, Buffer>;
let earlier: Map<string, Buffer>;
/** What the store says after so many lines of its newest journal. */
const states: string[] = [];

async function prepare(): Promise<void> {
  [files, earlier] = await filesOfTwoJournals();
  [other] = await filesOfTwoJournals();
  const lines = linesOf(files.get(NEWEST)!);
  for (let count = 1; count <= lines.length; count += 1) {
    states.push(await contentsOf(changed(NEWEST, Buffer.concat(lines.slice(0, count))), PATHS, refuseDamage));
  }
}

describe('damage', () => {
  it(
    'has the outcome that the table says, and a loss that is not noticed is none but those in it',
    { timeout: 120_000 },
    async () => {
      await prepare();
      const found = new Map<string, Set<string>>();
      for (const [damage, image] of allDamage()) {
        const outcomes = found.get(damage) ?? new Set();
        found.set(damage, outcomes.add(await outcomeOf(image)));
      }
      const rows = [...found].map(([damage, outcomes]) => `${damage} | ${[...outcomes].sort().join(' or ')}`);
      expect(rows.sort()).toEqual(TABLE.split('\n').sort());
    },
  );
});

type Damage = readonly [damage: string, image: ReadonlyMap<string, Buffer>];

function* allDamage(): Generator<Damage> {
  for (const name of NAMES.keys()) {
    yield* flips(name);
    yield* cuts(name);
    yield* changedLines(name);
    yield* zeroes(name);
    yield [`file of another store | ${NAMES.get(name)} | all`, changed(name, other.get(name)!)];
    yield [`file deleted | ${NAMES.get(name)} | all`, new Map([...files].filter(([each]) => each !== name))];
  }
  const each = (change: (text: string) => string): Map<string, Buffer> =>
    new Map([...files].map(([name, bytes]) => [name, Buffer.from(change(bytes.toString()))]));
  yield ['CRLF | every file | every line', each((text) => text.replaceAll('\n', '\r\n'))];
  yield ['byte order mark | every file | at the beginning', each((text) => `\ufeff${text}`)];
  yield ['wrong generation | older journal | is the newest one', changed(OLDER, files.get(NEWEST)!)];
  yield ['wrong generation | newest journal | is the older one', changed(NEWEST, files.get(OLDER)!)];
  yield ['wrong generation | older journal | of the snapshot before', changed(OLDER, earlier.get(PATHS.journal(1))!)];
  yield ['wrong generation | snapshot | the one before', changed(SNAPSHOT, earlier.get(SNAPSHOT)!)];
  const renamed = new Map(files);
  renamed.delete(NEWEST);
  yield ['wrong generation | newest journal | has a later number', renamed.set(PATHS.journal(4), files.get(NEWEST)!)];
}

/** One bit of each byte; damage.test.ts has all of them. */
function* flips(name: string): Generator<Damage> {
  const bytes = files.get(name)!;
  for (let at = 0; at < bytes.length; at += 1) {
    if (name === NEWEST && at % STRIDE !== 0) continue;
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1 << (at & 7);
    yield [`bit flipped | ${NAMES.get(name)} | anywhere`, changed(name, flipped)];
  }
}

function* cuts(name: string): Generator<Damage> {
  const bytes = files.get(name)!;
  const ends = new Set(linesOf(bytes).reduce<number[]>((all, line) => [...all, (all.at(-1) ?? 0) + line.length], []));
  const headerEnd = bytes.indexOf('\n');
  for (let length = 0; length < bytes.length; length += 1) {
    if (name === NEWEST && length % STRIDE !== 0 && !ends.has(length) && !ends.has(length + 1)) continue;
    // A line counts from its last character on.
    const isAfterLine = ends.has(length) || ends.has(length + 1);
    const ofNewest = length < headerEnd ? 'in the header' : isAfterLine ? 'after a line' : 'in a line';
    const where = length === bytes.length - 1 ? 'the last line break' : name === NEWEST ? ofNewest : 'before it';
    yield [`cut off | ${NAMES.get(name)} | ${where}`, changed(name, bytes.subarray(0, length))];
  }
}

function* changedLines(name: string): Generator<Damage> {
  const lines = linesOf(files.get(name)!);
  for (const index of lines.keys()) {
    const isLast = index === lines.length - 1;
    const change = (...[count, ...put]: [number, ...Buffer[]]): Map<string, Buffer> =>
      changed(name, Buffer.concat(lines.toSpliced(index, count, ...put)));
    const which = name === NEWEST ? (isLast ? 'the last' : 'not the last') : 'any';
    yield [`line removed | ${NAMES.get(name)} | ${which}`, change(1)];
    yield [`line repeated | ${NAMES.get(name)} | any`, change(0, lines[index]!)];
    if (!isLast) yield [`line swapped with the next | ${NAMES.get(name)} | any`, change(2, lines[index + 1]!, lines[index]!)];
  }
}

function* zeroes(name: string): Generator<Damage> {
  const bytes = files.get(name)!;
  const headerEnd = bytes.indexOf('\n');
  for (let from = 0; from < bytes.length; from += 1) {
    const isBorder = from % 512 === 0;
    const isStart = bytes[from - 1] === 0x0a;
    if (name === NEWEST && from % STRIDE !== 0 && !isStart && !isBorder && from !== bytes.length - 1) continue;
    let where = 'from in a line, not at the border of a sector';
    if (from <= headerEnd) where = 'from the header';
    else if (isStart) where = bytes.length - from > 8192 ? 'from a line, more than that' : 'from a line, the last 8 192 bytes';
    else if (isBorder) where = 'from in an earlier line, at the border of a sector';
    if (name === SNAPSHOT) where = 'from anywhere';
    else if (name === OLDER) where = 'from before it';
    if (name !== SNAPSHOT && from === bytes.length - 1) where = 'from the last line break';
    yield [`zeroes to the end | ${NAMES.get(name)} | ${where}`, changed(name, Buffer.from(bytes).fill(0, from))];
  }
}

async function outcomeOf(image: ReadonlyMap<string, Buffer>): Promise<string> {
  try {
    const torn: unknown[] = [];
    const found = await contentsOf(image, PATHS, refuseDamage, ({ journals }) => {
      torn.push(...journals.filter((journal) => journal.torn !== undefined));
    });
    if (found === states.at(-1)) return torn.length > 0 ? 'dropped nothing' : 'whole';
    if (!states.includes(found)) return 'LOST of another place';
    return torn.length > 0 ? 'dropped' : 'LOST';
  } catch (error) {
    return error instanceof SentCodeStoreError ? 'refused' : `not our error: ${String(error)}`;
  }
}

function changed(name: string, bytes: Buffer): Map<string, Buffer> {
  return new Map([...files, [name, bytes]]);
}

function linesOf(bytes: Buffer): Buffer[] {
  return bytes
    .toString()
    .split(/(?<=\n)/)
    .map((line) => Buffer.from(line));
}

/** A store whose compaction ended after it had begun the next journal; and the same store before its first compaction. */
async function filesOfTwoJournals(): Promise<[files: Map<string, Buffer>, earlier: Map<string, Buffer>]> {
  const folder = tempFolder();
  const clock = new TestClock();
  const found = (): Map<string, Buffer> =>
    new Map(fs.readdirSync(folder).map((name) => [path.join(FOLDER, name), fs.readFileSync(path.join(folder, name))]));
  await withStore(folder, (store) => store.markSent('9', ['EARLIER']), { clock }, FOLD_NEVER);
  const before = found();
  fs.rmSync(folder, { recursive: true });
  fs.mkdirSync(folder);
  for (const [name, bytes] of await sampleFiles(folder)) fs.writeFileSync(name, bytes);
  const full = interceptedFiles(({ name, path: at }) => {
    if (name === 'write' && at.includes('sent.json.') && !at.includes('.journal.')) throw systemError('ENOSPC');
  });
  await expect(compact(path.join(folder, 'sent.json'), clock, { files: full })).rejects.toMatchObject({ code: 'STORE_IO' });
  await withStore(
    folder,
    async (store) => {
      for (let index = 0; index < NEWEST_LINES; index += 1) await store.markSent('600', [`CODE${index}`]);
    },
    { clock },
    // Still full: an opening goes on with a compaction that was not finished.
    { ...FOLD_NEVER, files: full },
  );
  return [found(), before];
}
