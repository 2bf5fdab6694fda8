import { createHash, randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';

/** What a lock's addresses are made of. */
export interface LockPlace {
  readonly platform: NodeJS.Platform;
  /** Folder of the store, without symbolic links. */
  readonly folder: string;
  /** Device and inode of the folder. */
  readonly folderIdentity: string;
  /** Name of the snapshot in it. */
  readonly base: string;
  /** An open descriptor of the folder. */
  readonly folderFd: number;
}

/** Longest path of a socket in bytes; a longer one would be cut off without a word. */
const MOST_BYTES = { linux: 107, other: 103 };
/** Random letters in the name of a socket. */
const RANDOM_LETTERS = 12;
/** What a socket's name has after that of the lock, at most: `-new.0123456789ab`. */
const SUFFIX_BYTES = 5 + RANDOM_LETTERS;
/** Leaves room for `.lock`, the suffix, and `/proc/self/fd/1234567/`. */
const MOST_BASE_BYTES = 60;

/**
 * A name in the kernel that goes with its owner: an abstract socket, a named pipe. The name comes from the folder's inode and not from its path,
 * which differs between containers that share a volume. `undefined` where there is no such thing.
 */
export function kernelAddress(place: LockPlace): string | undefined {
  if (place.platform === 'linux') return `\0sent-code-store-${digest(place)}`;
  return place.platform === 'win32' ? `\\\\.\\pipe\\sent-code-store-${digest(place)}` : undefined;
}

/** What the names of the lock's sockets in the folder begin with. `undefined` on Windows, where a pipe's name is enough. */
export function lockPath(place: LockPlace): string | undefined {
  const { platform, folder, base } = place;
  if (platform === 'win32') return undefined;
  const name = Buffer.byteLength(base) <= MOST_BASE_BYTES ? `${base}.lock` : `sent-code-store-${digest(place)}.lock`;
  const path = join(folder, name);
  const fits = Buffer.byteLength(path) + SUFFIX_BYTES <= (platform === 'linux' ? MOST_BYTES.linux : MOST_BYTES.other);
  // Linux has a short way to any folder that is open; elsewhere the lock of a store with a long path is in a folder that all users share.
  return fits || platform === 'linux' ? path : join('/tmp', `sent-code-store-${digest(place)}.lock`);
}

/** A path that begins like another and that nobody else uses. */
export function pathBeside(path: string): string {
  return `${path}.${randomBytes(RANDOM_LETTERS / 2).toString('hex')}`;
}

/** How a socket at a path is to be named to the system. */
export function socketAddress(place: LockPlace, path: string): string {
  if (place.platform !== 'linux' || Buffer.byteLength(path) <= MOST_BYTES.linux) return path;
  return `/proc/self/fd/${place.folderFd}/${basename(path)}`;
}

function digest({ platform, folderIdentity, base }: LockPlace): string {
  const name = platform === 'win32' ? base.toLowerCase() : base;
  return createHash('sha256').update(`${folderIdentity}/${name}`).digest('hex').slice(0, 32);
}
