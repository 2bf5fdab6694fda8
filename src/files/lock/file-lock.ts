import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreLockedError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { hasCode } from '../file-system.js';
import { type FolderSocket, listenInFolder, withdraw } from './folder-socket.js';
import { ioError } from '../io-error.js';
import { kernelAddress, lockPath, type LockPlace } from './lock-address.js';
import { askOwner, LockSocket, type Owner } from './lock-socket.js';
import type { StorePaths } from '../../stores/json-file/store-paths.js';

/** Errors of a file system that has no sockets. */
const NO_SOCKETS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EADDRNOTAVAIL'];

/** How a lock is taken. */
export interface LockOptions {
  readonly paths: StorePaths;
  /** How long to wait for another owner, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly platform: NodeJS.Platform;
}

/**
 * The right to write the files of a store, over all processes that see its folder.
 *
 * It is up to two listening sockets, which the kernel closes with their process: a name in the kernel, free again at the very moment that the
 * owner dies; and a socket in the folder for processes that do not share those names, as in two containers with one volume.
 */
export class FileLock {
  readonly #kernel: LockSocket | undefined;
  readonly #folder: FolderSocket | undefined;
  readonly #inode: number | undefined;

  private constructor({ kernel, folder }: Taken) {
    this.#kernel = kernel;
    this.#folder = folder;
    this.#inode = folder === undefined ? undefined : inodeAt(folder.path);
  }

  /** Takes the lock; `STORE_LOCKED` with the owner's process id if somebody else has it after the time. */
  static async acquire(options: LockOptions): Promise<FileLock> {
    const deadline = performance.now() + options.timeoutMs;
    for (;;) {
      const taken = await attempt(options);
      if (!isOwner(taken)) return new FileLock(taken);
      const left = deadline - performance.now();
      const gone = left > 0 && (await Promise.race([taken.gone.then(() => true), delay(left, false)]));
      taken.letGo();
      if (!gone) throw lockedBy(options.paths.snapshot, taken.pid);
    }
  }

  /** Throws `STORE_LOCKED` if the socket in the folder was removed: others do not see this owner any more. */
  check(): void {
    if (this.#folder === undefined || inodeAt(this.#folder.path) === this.#inode) return;
    throw new StoreLockedError(
      `The lock ${this.#folder.path} was removed while the store was open, so another process may be writing. ` +
        'Nothing more is written from here: open the store again.',
      undefined,
      { retryable: false },
    );
  }

  /** Lets go. */
  async release(): Promise<void> {
    if (this.#folder !== undefined) await withdraw(this.#folder);
    await this.#kernel?.close();
  }
}

/** What was taken. */
interface Taken {
  readonly kernel: LockSocket | undefined;
  /** `undefined` where there is no such thing. */
  readonly folder: FolderSocket | undefined;
}

async function attempt({ paths, logger, platform }: LockOptions): Promise<Taken | Owner> {
  let folderFd: number | undefined;
  let kernel: LockSocket | undefined;
  let taken: Taken | Owner | undefined;
  try {
    folderFd = openSync(paths.folder, 'r');
    const { dev, ino } = fstatSync(folderFd, { bigint: true });
    const place: LockPlace = { platform, folder: paths.folder, folderIdentity: `${dev}:${ino}`, base: paths.base, folderFd };
    const address = kernelAddress(place);
    // A runtime that has no such names makes do with the folder.
    const first = address === undefined ? undefined : await listenOrAsk(address).catch(() => undefined);
    if (first !== undefined && !(first instanceof LockSocket)) return first;
    kernel = first;
    const path = lockPath(place);
    const folder =
      path === undefined
        ? undefined
        : await listenInFolder(place, path).catch((error: unknown) => {
            if (kernel === undefined || !hasCode(error, ...NO_SOCKETS)) throw error;
            logger.warn(`${paths.folder} takes no sockets: ${paths.snapshot} is locked for this machine or container alone.`);
            return undefined;
          });
    taken = folder !== undefined && 'gone' in folder ? folder : { kernel, folder };
    return taken;
  } catch (error) {
    throw ioError(error, 'take the lock in', paths.folder);
  } finally {
    if (folderFd !== undefined) closeSync(folderFd);
    if (taken === undefined || isOwner(taken)) await kernel?.close();
  }
}

/** A name in the kernel is taken, or an owner answers there; one that dies between the two leaves it free. */
async function listenOrAsk(address: string): Promise<LockSocket | Owner> {
  for (;;) {
    const taken = (await LockSocket.listen(address)) ?? (await askOwner(address));
    if (taken !== undefined) return taken;
    await delay(1);
  }
}

function isOwner(taken: Taken | Owner): taken is Owner {
  return 'gone' in taken;
}

function inodeAt(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
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
