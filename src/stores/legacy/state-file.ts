import type { Stats } from 'node:fs';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInputError, SentCodeStoreError, StoreLockedError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import { errorText } from '../../domain/error-text.js';
import { checkOptions } from '../../core/check-options.js';
import { waitSchema, wordSchema } from '../../core/option-schemas.js';
import type { LegacyStateChanger } from './adapter.js';
import { applyChange } from './state-change.js';
import { takeLock } from './file-lock.js';
import { parseJson, printJson } from './json-text.js';
import { replaceFile } from './replace-file.js';
import { SerialQueue } from './serial-queue.js';

/** Options of {@link legacyStateFile}. */
export interface LegacyStateFileOptions {
  /**
   * What a missing file is. `'never'`, the default: an error (`STORE_NOT_FOUND`), because a wrong path would make every code unsent.
   * `'if-missing'`: a bot that has sent nothing yet, until the adapter has seen the file once.
   */
  readonly create?: 'if-missing' | 'never';
  /** How long a write waits for another process's, in ms; 5 000 unless given. Then `STORE_LOCKED`. */
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
 * Every read reads the file. A write replaces it by a new version in one step, on the disk before it resolves; writers of this package take
 * turns, in one process and in several of one machine. Everything that a write does not name stays: unknown fields, and numbers to the
 * digit. The old bot itself knows nothing of turns: a write that finds the file changed since it was read starts again, which leaves the
 * moment of the rename.
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
    const version = await readVersion(target);
    if (version !== undefined) {
      seen = true;
      return version;
    }
    if (create === 'if-missing' && !seen) return { state: { channels: {}, sent: {} } };
    const hint = seen ? '' : " Pass { create: 'if-missing' } for a bot that has sent nothing yet.";
    throw new SentCodeStoreError(
      'STORE_NOT_FOUND',
      `${absolute} does not exist${seen ? ' any more' : ''}, so nothing can be said of the codes in it. Correct the path or restore the file.${hint}`,
    );
  }

  return {
    description: `file ${absolute}`,
    getState: () => orStoreIo(absolute, async () => (await read(await locate(absolute))).state),
    changeState: (change) =>
      orStoreIo(absolute, async () => {
        const target = await locate(absolute);
        return inTurn(target, lockTimeoutMs, async () => {
          for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
            const { state, file } = await read(target);
            const after = applyChange(state, change);
            if (after === state) return state;
            if (!(await replaceIfUnchanged(target, printJson(after), file))) continue;
            seen = true;
            return state;
          }
          throw new StoreLockedError(
            `${absolute} was changed by somebody else during each of ${MAX_TRIES} tries to write it. Nothing was written.`,
            undefined,
          );
        });
      }),
  };
}

interface Version {
  readonly state: unknown;
  /** Absent if there is no file. */
  readonly file?: { readonly bytes: Buffer; readonly stats: Stats };
}

async function readVersion(path: string): Promise<Version | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const bytes = await handle.readFile();
      return { state: parseJson(bytes, path), file: { bytes, stats: await handle.stat() } };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

class ChangedMeanwhile extends Error {}

async function replaceIfUnchanged(path: string, text: string, last: Version['file']): Promise<boolean> {
  // The content decides. A time and a length can stay the same: clocks of file systems move in steps of milliseconds.
  const confirm = async (): Promise<void> => {
    const current = await readBytes(path);
    if (last === undefined ? current !== undefined : current?.equals(last.bytes) !== true) throw new ChangedMeanwhile();
  };
  try {
    await replaceFile({ path, text, ...(last && { last: last.stats }), confirm });
    return true;
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return false;
    throw error;
  }
}

const queues = new Map<string, SerialQueue>();

/** One writer of a file at a time: of this process by a queue, of the machine by a lock. */
async function inTurn<T>(file: string, lockTimeoutMs: number, task: () => Promise<T>): Promise<T> {
  const folder = await stat(dirname(file), { bigint: true });
  // By the folder's inode: one folder can be mounted at two paths.
  const name = `legacy-state:${folder.dev}:${folder.ino}:${basename(file)}`;
  const queue = queues.get(name) ?? new SerialQueue();
  queues.set(name, queue);
  return queue.run(async () => {
    const lock = await takeLock(name, file, lockTimeoutMs);
    try {
      return await task();
    } finally {
      await lock.release();
    }
  });
}

/** The file behind a symbolic link, so that the link stays one. */
async function locate(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return path;
  }
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function orStoreIo<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof SentCodeStoreError) throw cause;
    throw new SentCodeStoreError('STORE_IO', `${path}: ${errorText(cause)}`, { cause });
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException | null)?.code;
}
