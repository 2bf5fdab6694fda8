import { closeSync, fstatSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ioError } from '../io-error.js';
import { kernelAddress, type LockPlace, lockPath, socketAddress } from './lock-address.js';
import { askOwner } from './lock-socket.js';

/**
 * Looks who has the lock of a file, without taking it: somebody who takes it at this moment is not
 * disturbed. `undefined`: nobody.
 */
export async function findLockOwner(place: Pick<LockPlace, 'folder' | 'base' | 'platform'>): Promise<LockOwner | undefined> {
  const { folder } = place;
  let folderFd: number | undefined;
  try {
    folderFd = openSync(folder, 'r');
    const { dev, ino } = fstatSync(folderFd, { bigint: true });
    const whole: LockPlace = { ...place, folderIdentity: `${dev}:${ino}`, folderFd };
    for (const address of await addressesOf(whole)) {
      const owner = await askOwner(address);
      owner?.letGo();
      if (owner?.isOwner === true) return { pid: owner.pid };
    }
    return undefined;
  } catch (error) {
    throw ioError(error, 'look for the lock in', folder);
  } finally {
    if (folderFd !== undefined) closeSync(folderFd);
  }
}

/** Who has a lock. */
export interface LockOwner {
  /** Process id in the owner's own namespace; `undefined` if it did not say it in time. */
  readonly pid: number | undefined;
}

async function addressesOf(place: LockPlace): Promise<string[]> {
  const kernel = kernelAddress(place);
  const path = lockPath(place);
  if (path === undefined) return kernel === undefined ? [] : [kernel];
  const prefix = `${basename(path)}.`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix) && !name.includes('.', prefix.length));
  const sockets = names.map((name) => socketAddress(place, join(dirname(path), name)));
  return kernel === undefined ? sockets : [kernel, ...sockets];
}
