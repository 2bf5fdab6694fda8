import { beforeAll, describe, expect, it } from 'vitest';
import { StoreDamagedError, SentCodeStoreError } from '../../../src/contract/errors.js';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { sampleFiles } from '../../support/json-file/sample-store.js';
import { contentsOf } from './store-contents.js';

const FOLDER = '/store';
const PATHS = new StorePaths(FOLDER, 'sent.json');
const REFUSED = ['STORE_DAMAGED', 'STORE_FOREIGN', 'STORE_VERSION'];

let files: Map<string, Buffer>;
let snapshot: string;
let journal: string;
/** What the store says after so many lines of its journal. */
let states: string[];

beforeAll(async () => {
  files = await sampleFiles(FOLDER);
  snapshot = PATHS.snapshot;
  journal = [...files.keys()].find((name) => name.includes('.journal.')) ?? '';
  const lines = files.get(journal)!.toString().split('\n').slice(0, -1);
  states = [];
  for (let count = 1; count <= lines.length; count += 1) {
    states.push(await read(new Map([...files, [journal, Buffer.from(`${lines.slice(0, count).join('\n')}\n`)]])));
  }
});

describe('a damaged store', () => {
  it('is refused for every single bit that flipped', async () => {
    const outcomes = new Map<string, number>();
    for (const [name, bytes] of files) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const outcome = await outcomeOf(new Map([...files, [name, flipped]]));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (!REFUSED.includes(outcome)) throw new Error(`${name}, bit ${bit}: ${outcome}`);
      }
    }
    console.log(`bit flips: ${JSON.stringify(Object.fromEntries(outcomes))}`);
    expect(outcomes.get('STORE_DAMAGED')).toBeGreaterThan(10_000);
  });

  it('is refused wherever its snapshot is cut off', async () => {
    const bytes = files.get(snapshot)!;
    for (let length = 0; length < bytes.length - 1; length += 1) {
      const outcome = await outcomeOf(new Map([...files, [snapshot, bytes.subarray(0, length)]]));
      if (outcome !== 'STORE_DAMAGED') throw new Error(`cut at ${length}: ${outcome}`);
    }
    expect(await outcomeOf(new Map([...files, [snapshot, bytes.subarray(0, -1)]]))).toBe('whole');
  });

  it('is what it was after some line of its journal, wherever that is cut off', async () => {
    const bytes = files.get(journal)!;
    const headerEnd = bytes.indexOf('\n');
    for (let length = 0; length <= bytes.length; length += 1) {
      const cut = new Map([...files, [journal, bytes.subarray(0, length)]]);
      if (length < headerEnd) expect(await outcomeOf(cut)).toBe('STORE_DAMAGED');
      else {
        // A line counts from its last character on; its line break may be missing.
        const lines =
          bytes
            .subarray(0, length + 1)
            .toString()
            .split('\n').length - 1;
        expect(await read(cut)).toBe(states[lines - 1]);
      }
    }
  });

  it('is refused with the path and the line', async () => {
    const lines = files.get(journal)!.toString().split('\n');
    lines[1] = lines[1]!.replace('auto', 'otto');
    const error = await read(new Map([...files, [journal, Buffer.from(lines.join('\n'))]])).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreDamagedError);
    expect(error).toMatchObject({ code: 'STORE_DAMAGED', path: journal, line: 2 });
    expect((error as Error).message).toContain(`${journal}, line 2,`);
  });

  it('is refused without its snapshot, without its journal, and with the journal of another store', async () => {
    expect(await outcomeOf(new Map([[journal, files.get(journal)!]]))).toBe('STORE_DAMAGED');
    expect(await outcomeOf(new Map([[snapshot, files.get(snapshot)!]]))).toBe('STORE_DAMAGED');
    const other = await sampleFiles(FOLDER);
    expect(await outcomeOf(new Map([...files, [journal, other.get(journal)!]]))).toBe('STORE_DAMAGED');
  });

  it('gives to a recovery everything but what the damaged line said', async () => {
    const whole = states.at(-1)!.split('\n');
    for (const [name, bytes] of files) {
      for (let bit = 0; bit < bytes.length * 8; bit += 37) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const damages: string[] = [];
        const found = await contentsOf(new Map([...files, [name, flipped]]), PATHS, (where, line) =>
          damages.push(`${where}:${line}`),
        ).catch((error: unknown) => (error as SentCodeStoreError).code);
        if (REFUSED.includes(found)) {
          // Not ours, or of a later version, is what the first line says, or seems to say.
          expect(bytes.subarray(0, bit >> 3).includes('\n')).toBe(false);
          continue;
        }
        const lost = whole.filter((line) => !found.split('\n').includes(line));
        const damagedLine = lineAt(bytes, bit >> 3);
        for (const line of lost) expect(damagedLine).toContain(JSON.stringify((JSON.parse(line) as string[])[1]));
      }
    }
  });
});

async function outcomeOf(contents: ReadonlyMap<string, Buffer>): Promise<string> {
  try {
    const found = await read(contents);
    if (found === states.at(-1)) return 'whole';
    return 'wrong';
  } catch (error) {
    return error instanceof SentCodeStoreError ? error.code : `not our error: ${String(error)}`;
  }
}

function read(contents: ReadonlyMap<string, Buffer>): Promise<string> {
  return contentsOf(contents, PATHS, refuseDamage);
}

/** The line of a place and its neighbours: a flipped line break damages both. */
function lineAt(bytes: Buffer, at: number): string {
  const start = bytes.lastIndexOf('\n', Math.max(at - 1, 0));
  const end = bytes.indexOf('\n', at + 1);
  return bytes.toString('utf8', Math.max(start, 0), end === -1 ? bytes.length : end);
}
