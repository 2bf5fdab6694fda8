import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInputError, SentCodeStoreError, StoreLockedError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import { writeAtomically } from '../../files/atomic-write.js';
import { hasCode, nodeFileSystem } from '../../files/file-system.js';
import { withPath } from '../../files/io-error.js';
import { refuseTemporaryPath, removeUnfinished } from '../../files/temporary-name.js';
import type { FileLock } from '../../files/lock/file-lock.js';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { waitSchema, wordSchema } from '../../core/option-schemas.js';
import type { LegacyStateChanger } from './adapter.js';
import { applyChange, type LegacyStateChange } from './state-change.js';
import { parseJson, printJson } from './json-text.js';
import { SerialQueue } from './serial-queue.js';
import { lockStateFile } from './state-lock.js';

/**
 * The old bot's `giftcode_state.json`.
 *
 * Every call reads the whole file. A write replaces the file in one step, and is on the disk before
 * the call resolves. Everything else in the file stays: unknown fields, and numbers to the last
 * digit.
 *
 * Writers of this package take turns, by a lock that ends with its process. This holds within one
 * machine, and between containers that share the folder if the folder takes sockets. The old bot
 * takes no turns: if the file changed since it was read, the write starts again. One gap remains,
 * the moment of the rename.
 *
 * `STORE_DAMAGED` with line and column if the file is not JSON. `STORE_IO` if the file system
 * refuses. `STORE_LOCKED` if another process writes for too long.
 *
 * @example
 * ```ts
 * import { LegacyAdapterStore, legacyStateFile } from 'sent-code-store';
 *
 * const store = new LegacyAdapterStore(legacyStateFile('./giftcode_state.json'));
 * ```
 */
export function legacyStateFile(path: string, options: LegacyStateFileOptions = {}): LegacyStateChanger {
  const given: unknown = path;
  if (typeof given !== 'string' || given === '') {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'path',
      `legacyStateFile: path is ${describe(given)}. Pass the path of the file.`,
    );
  }
  const { create = 'never', lockTimeoutMs = 5_000 } = checkOptions(optionsSchema, options, 'legacyStateFile');
  const absolute = resolve(path);
  let seen = false;

  async function read(target: string): Promise<Version> {
    const bytes = await readBytes(target);
    if (bytes !== undefined) {
      seen = true;
      return { state: await parseJson(bytes, target), bytes };
    }
    if (create === 'if-missing' && !seen) return { state: { channels: {}, sent: {} }, bytes };
    const hint = seen ? '' : " Pass { create: 'if-missing' } for a bot that has sent nothing yet.";
    throw new SentCodeStoreError(
      'STORE_NOT_FOUND',
      `${absolute} does not exist${seen ? ' any more' : ''}, so nobody can tell which codes were sent. Correct the path or restore the file.${hint}`,
    );
  }

  async function write(target: string, change: LegacyStateChange, lock: FileLock): Promise<unknown> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { state, bytes } = await read(target);
      const after = applyChange(state, change);
      if (after === state) return state;
      if (!(await replaceIfUnchanged(target, await printJson(after), bytes, lock))) continue;
      seen = true;
      return state;
    }
    throw new StoreLockedError(
      `${absolute} was changed by another program during each of ${MAX_TRIES} tries to write it. Nothing was written. Stop that program, or call again.`,
      undefined,
    );
  }

  return {
    description: `file ${absolute}`,
    getState: () => withPath('read', absolute, async () => (await read(await locate(absolute))).state),
    changeState: (change) =>
      withPath('write', absolute, async () => {
        const target = await locate(absolute);
        return queueOf(target).run(async () => {
          const { state } = await read(target);
          // Nothing to write, so no lock: a read-only folder would refuse the lock.
          if (applyChange(state, change) === state) return state;
          const lock = await lockStateFile(target, lockTimeoutMs);
          try {
            await removeUnfinished(nodeFileSystem, dirname(target), (name) => name === basename(target));
            return await write(target, change, lock);
          } finally {
            await lock.release();
          }
        });
      }),
  };
}

/** Options of {@link legacyStateFile}. */
export interface LegacyStateFileOptions {
  /**
   * What a missing file means. Default: `'never'`.
   *
   * - `'never'`: an error (`STORE_NOT_FOUND`), because at a wrong path every code would be unsent.
   * - `'if-missing'`: the bot has sent nothing yet. Once the adapter has seen the file, a missing
   *   one is an error.
   */
  readonly create?: 'if-missing' | 'never';
  /**
   * How long a write waits for another process's write, in ms; then `STORE_LOCKED`. Default: 5 000
   * ms.
   */
  readonly lockTimeoutMs?: number;
}

const optionsSchema = lazySchema(() =>
  z.strictObject({
    create: wordSchema('if-missing', 'never').optional(),
    lockTimeoutMs: waitSchema(0).optional(),
  }),
);

const MAX_TRIES = 5;

interface Version {
  readonly state: unknown;
  /** `undefined` if there is no file. */
  readonly bytes: Buffer | undefined;
}

class ChangedMeanwhile extends Error {}

/**
 * Replaces the file. Resolves to `false` if a program without the lock has changed the file
 * meanwhile.
 */
async function replaceIfUnchanged(path: string, text: string, last: Buffer | undefined, lock: FileLock): Promise<boolean> {
  // The content is compared: time and length can stay the same, because the clock of a file system
  // moves in steps of milliseconds.
  const beforeRename = async (): Promise<void> => {
    const current = await readBytes(path);
    if (last === undefined ? current !== undefined : current?.equals(last) !== true) throw new ChangedMeanwhile();
    lock.check();
  };
  try {
    await writeAtomically(nodeFileSystem, { path, pieces: [Buffer.from(text)], beforeRename });
    return true;
  } catch (error) {
    if (error instanceof SentCodeStoreError && error.cause instanceof ChangedMeanwhile) return false;
    throw error;
  }
}

const queues = new Map<string, SerialQueue>();

/**
 * The queue of a file. The lock alone would not keep this process's writes in the order of the
 * calls.
 */
function queueOf(file: string): SerialQueue {
  const queue = queues.get(file) ?? new SerialQueue();
  queues.set(file, queue);
  return queue;
}

/** The file behind a symbolic link: a write must not replace the link. */
async function locate(path: string): Promise<string> {
  const target = await followLinks(path);
  refuseTemporaryPath(target);
  return target;
}

async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    return path;
  }
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
