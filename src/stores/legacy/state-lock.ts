import { basename, dirname } from 'node:path';
import { StoreLockedError } from '../../contract/errors.js';
import { FileLock } from '../../files/lock/file-lock.js';

/**
 * Takes the lock of a state file for one write. `STORE_LOCKED` if somebody else still has it after
 * `timeoutMs`.
 *
 * A `JsonFileStore` at the same path has the same lock: each of the two would replace the other's
 * file.
 */
export function lockStateFile(path: string, timeoutMs: number, platform: NodeJS.Platform = process.platform): Promise<FileLock> {
  const locked = (pid: number | undefined): StoreLockedError =>
    new StoreLockedError(
      `${path} is being written by another process${pid === undefined ? '' : ` (${pid})`} for more than ${timeoutMs} ms. Nothing was written: repeat the call, or look at that process.`,
      pid,
    );
  const removed = (lock: string): StoreLockedError =>
    new StoreLockedError(
      `The lock ${lock} was removed during a write, so another process may be writing. Nothing was written: repeat the call.`,
      undefined,
    );
  return FileLock.acquire({ folder: dirname(path), base: basename(path), timeoutMs, platform, errors: { locked, removed } });
}
