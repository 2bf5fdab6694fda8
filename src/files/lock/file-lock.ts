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

/** Errors of a file system that has no sockets. */
const NO_SOCKETS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EADDRNOTAVAIL'];

/** The longest wait that a timer takes, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How a lock is taken. */
export interface LockOptions {
  /** Folder of the file that is locked, without symbolic links. */
  readonly folder: string;
  /** Name of the file in the folder. The file need not be there. */
  readonly base: string;
  /** How long to wait for another owner, in ms. */
  readonly timeoutMs: number;
  /** Told if the folder takes no sockets, so that another container does not see the lock. */
  readonly logger?: Logger;
  readonly platform: NodeJS.Platform;
  readonly errors: LockErrors;
}

/** What a lock throws, in the words of the store that takes it. */
export interface LockErrors {
  /** Somebody else has the lock after the time. `pid`: the owner's process id, if the owner said it. */
  readonly locked: (pid: number | undefined) => StoreLockedError;
  /** Somebody removed the lock's socket at `path` while the lock was held. */
  readonly removed: (path: string) => StoreLockedError;
}

/**
 * The right to write a file, over all processes that see its folder.
 *
 * The lock is up to two listening sockets, which the kernel closes with their process: a name in the kernel, free again at the very moment that the
 * owner dies; and a socket in the folder for processes that do not share those names, as in two containers with one volume.
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

  /** Takes the lock. `STORE_LOCKED` if somebody else has it after the time, `STORE_IO` if the folder cannot be used. */
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

  /** Throws `STORE_LOCKED` if the socket in the folder was removed: others do not see this owner any more. */
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

/** What was taken. */
interface Taken {
  readonly kernel: LockSocket | undefined;
  /** `undefined` where there is no such thing. */
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
            // A runtime that has no such names makes do with the folder. Without either there is no lock.
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

/** Waits for an owner to let go, and resolves to whether that happened before a moment of `performance.now()`. */
async function goneBefore(deadline: number, { gone }: Owner): Promise<boolean> {
  const left = deadline - performance.now();
  if (left <= 0) return false;
  // A timer that runs on would keep the process alive after everything is closed.
  const timer = new AbortController();
  try {
    const timeOver = delay(Math.min(left, LONGEST_TIMER_MS), false, { signal: timer.signal });
    return await Promise.race([gone.then(() => true), timeOver]);
  } finally {
    timer.abort();
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
