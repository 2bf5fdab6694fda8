import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { loadStore } from '../../../src/stores/json-file/loader.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { DiskModel, type DiskState } from '../../support/json-file/disk-model.js';
import { filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import { systemError } from '../../support/json-file/intercepted-files.js';
import { memoryFiles } from '../../support/json-file/memory-files.js';
import { TestClock } from '../../support/json-file/stores.js';
import { allowedOutcomes, type Outcome, runWorkload, type Workload } from '../../support/json-file/workload.js';
import type { Image } from './reorderings.js';

/** How the files of a store are cut and folded. */
export interface Sizes {
  readonly foldAt: number;
  readonly pieceBytes: number;
}

/** What may be read after a power failure, by `guild:code`. */
export type Allowed = ReadonlyMap<string, ReadonlySet<Outcome>>;

/** A moment at which the power may fail. */
export type OnMoment = (state: DiskState, allowed: Allowed) => void;

/** Runs a workload on a disk in a new folder, with a look before each call that changes something or syncs. */
export async function runOnDisk(folder: string, workload: Workload, sizes: Sizes, onMoment: OnMoment): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const begun = new Set<string>();
  const done = new Set<string>();
  const disk: DiskModel = new DiskModel(
    folder,
    () => onMoment(disk.state(), allowedOutcomes(workload, begun, done)),
    filesWithoutSyncs,
  );
  const store = openStore(folder, disk, sizes);
  await runWorkload(workload, store, folder, (what, step, error) => {
    if (what !== 'begun' && what !== 'done') throw new Error(`step ${step} ${what}`, { cause: error });
    (what === 'begun' ? begun : done).add(step);
  });
  await store.close();
}

/** Lets a store open what a power failure left, on a disk whose power may fail again. */
export async function openOnDisk(
  folder: string,
  image: Image,
  sizes: Sizes,
  onMoment: (state: DiskState) => void,
): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of image) fs.writeFileSync(path.join(folder, name), bytes);
  const disk: DiskModel = new DiskModel(folder, () => onMoment(disk.state()), filesWithoutSyncs);
  const store = openStore(folder, disk, sizes);
  await store.ping();
  await store.close();
}

/**
 * Ends a process in the middle of a workload, without a power failure, and opens the store again on
 * the same disk: what it then tells must survive, though it rests on what the first process wrote.
 */
export async function openAfterKill(
  folder: string,
  workload: Workload,
  sizes: Sizes,
  killAt: number,
  onMoment: OnMoment,
): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  let calls = 0;
  let told: Allowed | undefined;
  const disk: DiskModel = new DiskModel(
    folder,
    () => {
      calls += 1;
      // Nothing that a dead process does reaches the disk.
      if (told === undefined && calls > killAt) throw systemError('EIO');
      if (told !== undefined && told.size > 0) onMoment(disk.state(), told);
    },
    filesWithoutSyncs,
  );
  const first = openStore(folder, disk, sizes);
  await runWorkload(workload, first, folder, () => undefined);
  await first.close().catch(() => undefined);
  told = new Map();
  const second = openStore(folder, disk, sizes);
  const answers = new Map<string, Set<Outcome>>();
  for (const [guildId, code] of workload.flat().flatMap(({ keys }) => keys)) {
    const state = (await second.states(guildId, [code])).get(code);
    answers.set(`${guildId}:${code}`, new Set([state === 'claimed' ? 'uncertain' : state!]));
  }
  told = answers.set('new:LAST', new Set(['absent', 'sent']));
  await second.markSent('new', ['LAST']);
  told = new Map([...answers, ['new:LAST', new Set<Outcome>(['sent'])]]);
  await second.close();
  onMoment(disk.state(), told);
}

/** Reads images, each content once. */
export class Reader {
  readonly #read = new Map<string, ReadonlyMap<string, Outcome> | Error>();

  /** How many images differed from all others. */
  get different(): number {
    return this.#read.size;
  }

  /** What is wrong with an image, if something is: in both directions. */
  async wrongWith(image: Image, allowed: Allowed): Promise<string | undefined> {
    const found = await this.#outcomes(image);
    if (found instanceof Error) return found.message;
    for (const key of new Set([...allowed.keys(), ...found.keys()])) {
      const outcome = found.get(key) ?? 'absent';
      const may = allowed.get(key);
      if (may === undefined) return `${key} is ${outcome}, and nobody asked for it`;
      if (!may.has(outcome)) return `${key} is ${outcome}, allowed: ${[...may].join(', ')}`;
    }
    return undefined;
  }

  async #outcomes(image: Image): Promise<ReadonlyMap<string, Outcome> | Error> {
    const hash = createHash('sha1');
    for (const [name, bytes] of [...image].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${name} ${bytes.length} `).update(bytes);
    const key = hash.digest('base64');
    const known = this.#read.get(key) ?? (await readOutcomes(image).catch((error: unknown) => error as Error));
    this.#read.set(key, known);
    return known;
  }
}

/** An image as text, for whoever looks for the cause. */
export function describeImage(image: Image): string {
  return [...image]
    .map(([name, bytes]) => `--- ${name}, ${bytes.length} bytes\n${bytes.toString().replaceAll('\0', '·')}`)
    .join('\n');
}

function openStore(folder: string, disk: DiskModel, { foldAt, pieceBytes }: Sizes): JsonFileStore {
  const compactAtBytes = { least: foldAt, most: foldAt };
  return new JsonFileStore(
    withTestSeams({ path: path.join(folder, 'sent.json') }, { files: disk.files, compactAtBytes, pieceBytes }),
  );
}

async function readOutcomes(image: Image): Promise<ReadonlyMap<string, Outcome>> {
  const files = memoryFiles(new Map([...image].map(([name, bytes]) => [path.join('/disk', name), bytes])));
  const loaded = await loadStore(files, new StorePaths('/disk', 'sent.json'), new TestClock(), refuseDamage);
  const found = new Map<string, Outcome>();
  for (const guildId of loaded?.records.guildIds() ?? []) {
    for (const entry of loaded?.records.entries(guildId) ?? []) {
      if (entry !== undefined) found.set(`${guildId}:${entry[0]}`, entry[1].state === 'sent' ? 'sent' : 'uncertain');
    }
  }
  return found;
}
