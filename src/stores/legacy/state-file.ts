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
import { waitSchema, wordSchema } from '../../core/option-schemas.js';
import type { LegacyStateChanger } from './adapter.js';
import { applyChange, type LegacyStateChange } from './state-change.js';
import { parseJson, printJson } from './json-text.js';
import { SerialQueue } from './serial-queue.js';
import { lockStateFile } from './state-lock.js';

/** Options of {@link legacyStateFile}. */
export interface LegacyStateFileOptions {
  /**
   * What a missing file is. `'never'`, the default: an error (`STORE_NOT_FOUND`), because a wrong path would make every code unsent.
   * `'if-missing'`: a bot that has sent nothing yet, until the adapter has seen the file once.
   */
  readonly create?: 'if-missing' | 'never';
  /** How long a write waits for another process's, in ms. Default: 5 000 ms. Then `STORE_LOCKED`. */
  readonly lockTimeoutMs?: number;
}

const optionsSchema = z.strictObject({
  create: wordSchema('if-missing', 'never').optional(),
  lockTimeoutMs: waitSchema(0).optional(),
});

const MAX_TRIES = 5;

/**
 * The old bot's `giftcode_state.json`.
 *
 * Every read reads the file. A write replaces the file by a new version in one step, on the disk before the call resolves.
 * Everything that a write does not name stays: unknown fields, and numbers to the digit.
 *
 * Writers of this package take turns, by a lock that ends with its process: those of one process, of one machine, and of
 * containers that share the folder, if the folder takes sockets. The old bot knows nothing of turns: a write that finds the
 * file changed since it was read starts again, which leaves the moment of the rename.
 *
 * `STORE_DAMAGED` with line and column if the file is no JSON, `STORE_IO` if the file system refuses.
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
      return { state: parseJson(bytes, target), bytes };
    }
    if (create === 'if-missing' && !seen) return { state: { channels: {}, sent: {} }, bytes };
    const hint = seen ? '' : " Pass { create: 'if-missing' } for a bot that has sent nothing yet.";
    throw new SentCodeStoreError(
      'STORE_NOT_FOUND',
      `${absolute} does not exist${seen ? ' any more' : ''}, so nothing can be said of the codes in it. Correct the path or restore the file.${hint}`,
    );
  }

  async function write(target: string, change: LegacyStateChange, lock: FileLock): Promise<unknown> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { state, bytes } = await read(target);
      const after = applyChange(state, change);
      if (after === state) return state;
      if (!(await replaceIfUnchanged(target, printJson(after), bytes, lock))) continue;
      seen = true;
      return state;
    }
    throw new StoreLockedError(
      `${absolute} was changed by somebody else during each of ${MAX_TRIES} tries to write it. Nothing was written.`,
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
          // Nothing to write: no lock either, which a folder that cannot be written to would refuse.
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

interface Version {
  readonly state: unknown;
  /** `undefined` if there is no file. */
  readonly bytes: Buffer | undefined;
}

class ChangedMeanwhile extends Error {}

/** Replaces the file, and resolves to `false` if somebody who knows nothing of the lock has changed the file meanwhile. */
async function replaceIfUnchanged(path: string, text: string, last: Buffer | undefined, lock: FileLock): Promise<boolean> {
  // The content decides. A time and a length can stay the same: clocks of file systems move in steps of milliseconds.
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

/** Writes of this process take turns in the order of the calls; the lock alone would know no order. */
function queueOf(file: string): SerialQueue {
  const queue = queues.get(file) ?? new SerialQueue();
  queues.set(file, queue);
  return queue;
}

/** The file behind a symbolic link, so that the link stays one. */
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
