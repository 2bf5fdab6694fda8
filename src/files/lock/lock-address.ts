import { createHash, randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';

/** The file to lock. The addresses of the lock are made of it. */
export interface LockPlace {
  readonly platform: NodeJS.Platform;
  /** Folder of the file, without symbolic links. */
  readonly folder: string;
  /** Device and inode of the folder. */
  readonly folderIdentity: string;
  /** Name of the file in the folder. */
  readonly base: string;
  /** An open descriptor of the folder. */
  readonly folderFd: number;
}

/**
 * A name in the kernel that ends with its owner: an abstract socket on Linux, a named pipe on
 * Windows, `undefined` elsewhere. The name is made from the folder's inode: containers can see one
 * volume under different paths.
 */
export function kernelAddress(place: LockPlace): string | undefined {
  if (place.platform === 'linux') return `\0sent-code-store-${digest(place)}`;
  return place.platform === 'win32' ? `\\\\.\\pipe\\sent-code-store-${digest(place)}` : undefined;
}

/**
 * The beginning of the paths of the lock's sockets. `undefined` on Windows, where the named pipe is
 * enough.
 */
export function lockPath(place: LockPlace): string | undefined {
  const { platform, folder, base } = place;
  if (platform === 'win32') return undefined;
  const name = Buffer.byteLength(base) <= MOST_BASE_BYTES ? `${base}.lock` : `sent-code-store-${digest(place)}.lock`;
  const path = join(folder, name);
  const fits = Buffer.byteLength(path) + SUFFIX_BYTES <= (platform === 'linux' ? MOST_BYTES.linux : MOST_BYTES.other);
  // Linux has a short path to every open folder. Elsewhere a lock with a long path goes into a
  // folder that all users share.
  return fits || platform === 'linux' ? path : join('/tmp', `sent-code-store-${digest(place)}.lock`);
}

/** A path that begins with another path and that nobody else uses. */
export function pathBeside(path: string): string {
  return `${path}.${randomBytes(RANDOM_LETTERS / 2).toString('hex')}`;
}

/** The address under which the system accepts a socket at a path. */
export function socketAddress(place: LockPlace, path: string): string {
  if (place.platform !== 'linux' || Buffer.byteLength(path) <= MOST_BYTES.linux) return path;
  return `/proc/self/fd/${place.folderFd}/${basename(path)}`;
}

/** Longest path of a socket in bytes. The system cuts off a longer path without an error. */
const MOST_BYTES = { linux: 107, other: 103 };

/** Random letters in the name of a socket. */
const RANDOM_LETTERS = 12;

/** The most bytes of a socket's name after the name of the lock: `-new.0123456789ab`. */
const SUFFIX_BYTES = 5 + RANDOM_LETTERS;

/**
 * The longest name of a file that leaves room for `.lock`, the suffix, and
 * `/proc/self/fd/1234567/`.
 */
const MOST_BASE_BYTES = 60;

function digest({ platform, folderIdentity, base }: LockPlace): string {
  const name = platform === 'win32' ? base.toLowerCase() : base;
  return createHash('sha256').update(`${folderIdentity}/${name}`).digest('hex').slice(0, 32);
}
