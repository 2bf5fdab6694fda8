import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreLockedError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { hasCode } from '../file-system.js';
import { type FolderSocket, listenInFolder, withdraw } from './folder-socket.js';
import { ioError } from '../io-error.js';
import { kernelAddress, lockPath, type LockPlace } from './lock-address.js';
import { askOwner, LockSocket, type Owner } from './lock-socket.js';

/**
 * The right to write a file, among all processes that see the file's folder.
 *
 * A lock is up to two listening sockets. The kernel closes both when their process ends.
 *
 * - A name in the kernel. It is free again at the moment at which the owner dies.
 * - A socket in the folder, for processes that do not share the kernel's names: two containers with
 *   one volume.
 */
export class FileLock {
  readonly #kernel: LockSocket | undefined;
  readonly #folder: FolderSocket | undefined;
  readonly #inode: number | undefined;
  readonly #errors: LockErrors;

  private constructor({ kernel, folder }: Taken, errors: LockErrors) {
    this.#kernel = kernel;
    this.#folder = folder;
    this.#inode = folder === undefined ? undefined : inodeAt(folder.path);
    this.#errors = errors;
  }

  /**
   * Takes the lock. `STORE_LOCKED` if somebody else still has it after `timeoutMs`, `STORE_IO` if
   * the folder cannot be used.
   */
  static async acquire(options: LockOptions): Promise<FileLock> {
    const deadline = performance.now() + options.timeoutMs;
    for (;;) {
      const taken = await attempt(options);
      if (!isOwner(taken)) return new FileLock(taken, options.errors);
      const isGone = await goneBefore(deadline, taken);
      taken.letGo();
      if (!isGone) throw options.errors.locked(taken.pid);
    }
  }

  /**
   * `STORE_LOCKED` if the socket in the folder was removed: other processes do not see this owner
   * any more.
   */
  check(): void {
    if (this.#folder === undefined || inodeAt(this.#folder.path) === this.#inode) return;
    throw this.#errors.removed(this.#folder.path);
  }

  /** Lets go. */
  async release(): Promise<void> {
    if (this.#folder !== undefined) await withdraw(this.#folder);
    await this.#kernel?.close();
  }
}

/** How a lock is taken. */
export interface LockOptions {
  /** Folder of the locked file, without symbolic links. */
  readonly folder: string;
  /** Name of the file in the folder. The file need not be there. */
  readonly base: string;
  /** How long to wait for another owner, in ms. */
  readonly timeoutMs: number;
  /**
   * Warned if the folder takes no sockets, because then another container does not see the lock.
   */
  readonly logger?: Logger;
  readonly platform: NodeJS.Platform;
  readonly errors: LockErrors;
}

/** The errors of a lock, in the words of its store. */
export interface LockErrors {
  /**
   * Somebody else still has the lock after `timeoutMs`. `pid`: the owner's process id, if it is
   * known.
   */
  readonly locked: (pid: number | undefined) => StoreLockedError;
  /** Somebody removed the lock's socket at `path` while the lock was held. */
  readonly removed: (path: string) => StoreLockedError;
}

/** Error codes of a file system without sockets. */
const NO_SOCKETS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EADDRNOTAVAIL'];

/** The longest wait of a timer, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What was taken. */
interface Taken {
  readonly kernel: LockSocket | undefined;
  /** `undefined` if the folder takes no sockets, and on Windows. */
  readonly folder: FolderSocket | undefined;
}

async function attempt({ folder, base, logger, platform }: LockOptions): Promise<Taken | Owner> {
  let folderFd: number | undefined;
  let kernel: LockSocket | undefined;
  let taken: Taken | Owner | undefined;
  try {
    folderFd = openSync(folder, 'r');
    const { dev, ino } = fstatSync(folderFd, { bigint: true });
    const place: LockPlace = { platform, folder, folderIdentity: `${dev}:${ino}`, base, folderFd };
    const address = kernelAddress(place);
    const path = lockPath(place);
    const first =
      address === undefined
        ? undefined
        : await listenOrAsk(address).catch((error: unknown) => {
            // A runtime without such names uses the folder alone. Without both there is no lock.
            if (path === undefined) throw error;
            return undefined;
          });
    if (first !== undefined && !(first instanceof LockSocket)) return first;
    kernel = first;
    const socket =
      path === undefined
        ? undefined
        : await listenInFolder(place, path).catch((error: unknown) => {
            if (kernel === undefined || !hasCode(error, ...NO_SOCKETS)) throw error;
            logger?.warn(`${folder} takes no sockets: ${join(folder, base)} is locked for this machine or container alone.`);
            return undefined;
          });
    taken = socket !== undefined && 'gone' in socket ? socket : { kernel, folder: socket };
    return taken;
  } catch (error) {
    throw ioError(error, 'take the lock in', folder);
  } finally {
    if (folderFd !== undefined) closeSync(folderFd);
    if (taken === undefined || isOwner(taken)) await kernel?.close();
  }
}

/**
 * Waits for an owner to let go. Resolves to whether the owner did so before the deadline, a time of
 * `performance.now()`.
 */
async function goneBefore(deadline: number, { gone }: Owner): Promise<boolean> {
  const left = deadline - performance.now();
  if (left <= 0) return false;
  // A timer that is left running would keep the process alive after everything is closed.
  const timer = new AbortController();
  try {
    const timeOver = delay(Math.min(left, LONGEST_TIMER_MS), false, { signal: timer.signal });
    return await Promise.race([gone.then(() => true), timeOver]);
  } finally {
    timer.abort();
  }
}

/**
 * Takes a name in the kernel, or finds its owner. Tries again if the owner dies between the two
 * steps.
 */
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
