import fs from 'node:fs';
import { promisify } from 'node:util';
import { ioError } from './io-error.js';

/**
 * All calls of stores to the file system, in one place: a test can count the calls, fail them, or
 * end the process between two.
 */
export interface FileSystem {
  /** `mode`: the permission bits of a new file, before the umask. */
  open(path: string, flags: string, mode?: number): Promise<number>;
  close(fd: number): Promise<void>;
  /** Resolves to the number of bytes read; 0 at the end of the file. */
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Resolves to the number of bytes written. It may be less than `length`. */
  write(fd: number, source: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** {@link FileSystem.write} without the thread pool. */
  writeSync(fd: number, source: Uint8Array, offset: number, length: number, position: number): number;
  fdatasync(fd: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  ftruncate(fd: number, length: number): Promise<void>;
  fchmod(fd: number, mode: number): Promise<void>;
  fchown(fd: number, uid: number, gid: number): Promise<void>;
  fstatSync(fd: number): fs.Stats;
  stat(path: string): Promise<fs.BigIntStats>;
  /** What is at a path, without the way over the thread pool; `undefined` if nothing is. */
  statSync(path: string): fs.BigIntStats | undefined;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  copyFile(from: string, to: string): Promise<void>;
}

const read = promisify(fs.read);
const write = promisify(fs.write);

/** `node:fs` as it is. */
export const nodeFileSystem: FileSystem = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: async (fd, target, offset, length, position) => (await read(fd, target, offset, length, position)).bytesRead,
  write: async (fd, source, offset, length, position) => (await write(fd, source, offset, length, position)).bytesWritten,
  writeSync: fs.writeSync,
  fdatasync: promisify(fs.fdatasync),
  fsync: promisify(fs.fsync),
  ftruncate: promisify(fs.ftruncate),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  fstatSync: fs.fstatSync,
  stat: async (path) => fs.promises.stat(path, { bigint: true }),
  statSync: (path) => fs.statSync(path, { bigint: true, throwIfNoEntry: false }),
  readdir: (path) => fs.promises.readdir(path),
  rename: fs.promises.rename,
  unlink: fs.promises.unlink,
  // Refuses to replace a file: the target may be the only copy of damaged data that a person still
  // needs.
  copyFile: (from, to) => fs.promises.copyFile(from, to, fs.constants.COPYFILE_EXCL),
};

/** The most bytes of one read or write. A file may be larger than one system call can take. */
const CALL_BYTES = 1 << 28;

/**
 * Writes all bytes. A full disk may take only some of them, and says so only by the number of bytes
 * written.
 */
export async function writeAll(files: FileSystem, fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += taken(await files.write(fd, bytes, done, Math.min(bytes.length - done, CALL_BYTES), position + done));
  }
}

/** {@link writeAll} without the thread pool. */
export function writeAllSync(files: FileSystem, fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += taken(files.writeSync(fd, bytes, done, Math.min(bytes.length - done, CALL_BYTES), position + done));
  }
}

/**
 * Fills `target` from `offset` on. Resolves to the number of bytes read; at the end of the file,
 * fewer than fit.
 */
export async function readAll(
  files: FileSystem,
  fd: number,
  target: Uint8Array,
  offset: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (offset + done < target.length) {
    const length = Math.min(target.length - offset - done, CALL_BYTES);
    const count = await files.read(fd, target, offset + done, length, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Makes the names in a folder durable. Windows has no such call, and keeps names by itself. */
export async function syncFolder(files: FileSystem, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const fd = await files.open(folder, 'r');
  try {
    await files.fsync(fd);
  } finally {
    await files.close(fd);
  }
}

/** Removes a file, if there is a file. */
export async function removeIfThere(files: FileSystem, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw ioError(error, 'remove', path);
  }
}

/** Whether an error of the file system has one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

function taken(count: number): number {
  if (count > 0) return count;
  throw Object.assign(new Error('ENOSPC: the file system took no byte of a write'), { code: 'ENOSPC' });
}
