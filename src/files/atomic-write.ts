import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { type FileSystem, hasCode, removeIfThere, syncFolder, writeAll } from './file-system.js';
import { ioError } from './io-error.js';
import { temporaryPath } from './temporary-name.js';

/** How a file is put in place. */
export interface AtomicWrite {
  readonly path: string;
  /** The content in pieces, each asked for when the one before is written. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /**
   * Called when the content is on the disk under a temporary name, before the file takes its place. What it throws leaves the
   * old file where it was.
   */
  readonly beforeRename?: (temporary: string) => Promise<void>;
}

/** Written bytes are synced in steps of this many, so that the last sync, and others' syncs beside it, wait for no more than this. */
const SYNC_BYTES = 1 << 22;
/** The bits of a file's mode that can be set. */
const PERMISSIONS = 0o7777;
/** The mode of a file that replaces none, before the umask. */
const NEW_FILE = 0o666;

/**
 * Writes a file beside its place, durably, and puts it there in one step: at every moment, through a crash as well, the path has
 * the old content or all of the new. The permissions of the old file stay, and its owner where this process may give files away.
 * `STORE_IO` if the file system refuses; the old file is as it was then, unless the sync of the folder alone has failed.
 */
export async function writeAtomically(files: FileSystem, { path, pieces, beforeRename }: AtomicWrite): Promise<void> {
  const temporary = temporaryPath(path);
  let fd: number | undefined;
  try {
    const old = await statOf(files, path);
    // Never readable by more than the old file is: who opens it now reads all that is written later.
    fd = await files.open(temporary, 'wx', old === undefined ? NEW_FILE : Number(old.mode) & PERMISSIONS);
    if (old !== undefined) await takeOver(files, fd, old);
    let position = 0;
    let synced = 0;
    for await (const piece of pieces) {
      await writeAll(files, fd, piece, position);
      position += piece.length;
      if (position - synced < SYNC_BYTES) continue;
      await files.fdatasync(fd);
      synced = position;
    }
    await files.fsync(fd);
    await files.close(fd);
    fd = undefined;
    await beforeRename?.(temporary);
    await files.rename(temporary, path);
    await syncFolder(files, dirname(path));
  } catch (error) {
    if (fd !== undefined) await files.close(fd).catch(() => undefined);
    await removeIfThere(files, temporary).catch(() => undefined);
    throw ioError(error, 'write', path);
  }
}

/** Gives a new file the owner and the permissions of the old one. */
async function takeOver(files: FileSystem, fd: number, old: BigIntStats): Promise<void> {
  const { uid, gid } = files.fstatSync(fd);
  if (uid !== Number(old.uid) || gid !== Number(old.gid)) {
    try {
      await files.fchown(fd, Number(old.uid), Number(old.gid));
    } catch (error) {
      // Only root may give files away, and in a container only to owners that it knows. The content matters more.
      if (!hasCode(error, 'EPERM', 'EINVAL')) throw error;
    }
  }
  // After the owner, a change of which clears bits; and a new file's mode went through the umask.
  const mode = Number(old.mode) & PERMISSIONS;
  if ((files.fstatSync(fd).mode & PERMISSIONS) !== mode) await files.fchmod(fd, mode);
}

async function statOf(files: FileSystem, path: string): Promise<BigIntStats | undefined> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
