import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../file-system.js';
import { type LockPlace, pathBeside, socketAddress } from './lock-address.js';
import { askOwner, LockSocket, type Owner } from './lock-socket.js';

/** How long to wait for other openers before looking again, in ms. */
const LOOK_AGAIN_MS = 20;

/** A socket that everybody who sees the folder sees. */
export interface FolderSocket {
  readonly socket: LockSocket;
  readonly path: string;
}

/** What the name of a socket has while nobody is to reckon with it. */
const UNSEEN = '-new';

interface Rival {
  readonly owner: Owner;
  readonly path: string;
}

/**
 * Takes the lock of which every socket in the folder whose name begins with `path` is a part; or tells who has it.
 *
 * Each opener puts a socket of its own there first, and looks for others afterwards. Who sees no other that lives is the owner. Of two
 * openers, the one that came second sees the first, so never are two of them owners:
 *
 * ```text
 * opener 1: in place        looks: sees 2 or not
 * opener 2:          in place                    looks: sees 1
 * ```
 *
 * If both see each other, the one whose name sorts first stays. Names are used once, so a socket that is dead stays dead, and anybody may
 * remove it at any time.
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

/** Gives the lock back, or up. */
export async function withdraw({ socket, path }: FolderSocket): Promise<void> {
  await unlink(path).catch(() => undefined);
  await socket.close();
}

/** The socket listens before it has a name that others look at: whoever is refused by it knows that its owner is dead, not new. */
async function putInPlace(place: LockPlace, path: string): Promise<FolderSocket> {
  for (;;) {
    const unseen = pathBeside(`${path}${UNSEEN}`);
    const seen = pathBeside(path);
    const socket = await LockSocket.listen(socketAddress(place, unseen));
    if (socket === undefined) throw new Error(`${unseen} is taken, which was made up a moment ago`);
    try {
      await rename(unseen, seen);
      return { socket, path: seen };
    } catch (error) {
      await socket.close();
      // Somebody has taken it for a dead one, in the moment between its making and its listening.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** The sockets to reckon with. Dead ones are removed on the way, also those whose opener died before they had their name. */
async function livingRivals(place: LockPlace, path: string, own: string): Promise<Rival[]> {
  const folder = dirname(path);
  const names = await readdir(folder);
  const look = async (start: string): Promise<Rival[]> => {
    // A further dot: the lock of a file whose name begins like this lock's.
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
    // Other files are not ours, whatever they are called.
    if (!(await lstat(path)).isSocket()) return undefined;
    const owner = await askOwner(socketAddress(place, path));
    if (owner !== undefined) return { owner, path };
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return undefined;
}
