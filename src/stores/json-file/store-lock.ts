import { StoreLockedError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { FileLock } from '../../files/lock/file-lock.js';
import type { StorePaths } from './store-paths.js';

/** How a store's lock is taken. */
export interface StoreLockOptions {
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly platform: NodeJS.Platform;
}

/**
 * Takes the lock of a store's files. `STORE_LOCKED` with the owner's process id if another owner
 * still has it after the timeout.
 */
export function lockStore({ folder, base, snapshot }: StorePaths, options: StoreLockOptions): Promise<FileLock> {
  return FileLock.acquire({
    folder,
    base,
    ...options,
    errors: { locked: (pid) => lockedBy(snapshot, pid), removed: lockRemoved },
  });
}

function lockedBy(path: string, pid: number | undefined): StoreLockedError {
  const owner =
    pid === process.pid ? `another store of this process (${pid})` : pid === undefined ? 'another process' : `process ${pid}`;
  return new StoreLockedError(
    `${path} is open for writing by ${owner}. One process writes at a time: wait with lockTimeoutMs, read beside it with readOnly: true, ` +
      'or use a MongoStore for several processes.',
    pid,
  );
}

function lockRemoved(path: string): StoreLockedError {
  return new StoreLockedError(
    `The lock ${path} was removed while the store was open, so another process may be writing. ` +
      'Nothing more is written from here: open the store again.',
    undefined,
    { retryable: false },
  );
}
