import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../file-system.js';
import { type LockPlace, pathBeside, socketAddress } from './lock-address.js';
import { askOwner, LockSocket, type Owner } from './lock-socket.js';

/**
 * Takes the lock that consists of all sockets in the folder with names that begin with `path`; or
 * finds the owner.
 *
 * Each opener first puts its own socket in place, and then looks for others. An opener that sees no
 * other living socket is the owner. Of two openers the second always sees the first, so there are
 * never two owners:
 *
 * ```text
 * opener 1: in place        looks: sees 2 or not
 * opener 2:          in place                    looks: sees 1
 * ```
 *
 * If both see each other, the name that sorts first wins. A name is used once, so a dead socket
 * stays dead, and anybody may remove it at any time.
 */
export async function listenInFolder(place: LockPlace, path: string): Promise<FolderSocket | Owner> {
  const own = await putInPlace(place, path);
  try {
    for (;;) {
      const rivals = await livingRivals(place, path, own.path);
      if (rivals.length === 0) {
        own.socket.becomeOwner();
        return own;
      }
      const winner = rivals.find(({ owner }) => owner.isOwner) ?? rivals.find((rival) => rival.path < own.path);
      for (const rival of rivals) if (rival !== winner && winner !== undefined) rival.owner.letGo();
      if (winner !== undefined) {
        await withdraw(own);
        return winner.owner;
      }
      await Promise.race([Promise.all(rivals.map(({ owner }) => owner.gone)), delay(LOOK_AGAIN_MS)]);
      for (const { owner } of rivals) owner.letGo();
    }
  } catch (error) {
    await withdraw(own);
    throw error;
  }
}

/** Removes an opener's socket. */
export async function withdraw({ socket, path }: FolderSocket): Promise<void> {
  await unlink(path).catch(() => undefined);
  await socket.close();
}

/** A socket in a folder, for every process that sees the folder. */
export interface FolderSocket {
  readonly socket: LockSocket;
  readonly path: string;
}

/** Wait before the next look at the other openers, in ms. */
const LOOK_AGAIN_MS = 20;

/** A part of a socket's name until the socket listens: other openers do not count such a socket. */
const UNSEEN = '-new';

interface Rival {
  readonly owner: Owner;
  readonly path: string;
}

/**
 * Puts a socket in place. The socket listens before it gets its final name: so a refused connection
 * means that the opener is dead, not new.
 */
async function putInPlace(place: LockPlace, path: string): Promise<FolderSocket> {
  for (;;) {
    const unseen = pathBeside(`${path}${UNSEEN}`);
    const seen = pathBeside(path);
    const socket = await LockSocket.listen(socketAddress(place, unseen));
    if (socket === undefined) throw new Error(`the random name ${unseen} is taken already`);
    try {
      await rename(unseen, seen);
      return { socket, path: seen };
    } catch (error) {
      await socket.close();
      // Another opener took the socket for a dead one, before it was listening, and removed it.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/**
 * The living sockets of other openers. Removes dead sockets, also those without their final name.
 */
async function livingRivals(place: LockPlace, path: string, own: string): Promise<Rival[]> {
  const folder = dirname(path);
  const names = await readdir(folder);
  const look = async (start: string): Promise<Rival[]> => {
    // A further dot belongs to the lock of another file with a longer name.
    const ours = names.filter((name) => name.startsWith(start) && !name.includes('.', start.length));
    const paths = ours.map((name) => join(folder, name));
    const rivals = await Promise.all(paths.filter((each) => each !== own).map((each) => rivalAt(place, each)));
    return rivals.filter((rival) => rival !== undefined);
  };
  for (const { owner } of await look(`${basename(path)}${UNSEEN}.`)) owner.letGo();
  return look(`${basename(path)}.`);
}

async function rivalAt(place: LockPlace, path: string): Promise<Rival | undefined> {
  try {
    // Only a socket is part of a lock, whatever the name of the file.
    if (!(await lstat(path)).isSocket()) return undefined;
    const owner = await askOwner(socketAddress(place, path));
    if (owner !== undefined) return { owner, path };
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return undefined;
}
