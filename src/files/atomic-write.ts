import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { type FileSystem, hasCode, removeIfThere, syncFolder, writeAll } from './file-system.js';
import { ioError } from './io-error.js';
import { temporaryPath } from './temporary-name.js';

/**
 * Writes a file durably under a temporary name and renames it to its path. At every moment, even
 * after a crash, the path has the old content or all of the new content. The new file keeps the
 * permissions of the old file, and its owner if this process may give files away.
 *
 * `STORE_IO` if the file system refuses. Then the old file is unchanged, unless only the last step
 * failed, the sync of the folder.
 */
export async function writeAtomically(files: FileSystem, { path, pieces, like, beforeRename }: AtomicWrite): Promise<void> {
  const temporary = temporaryPath(path);
  let fd: number | undefined;
  try {
    const old = (await statOf(files, path)) ?? (like === undefined ? undefined : await statOf(files, like));
    // From the start with the old file's permissions: whoever can open the new file now can read
    // all of it later.
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

/** What to write, and where. */
export interface AtomicWrite {
  readonly path: string;
  /** The content in pieces. A piece is asked for when the piece before it is written. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /**
   * The file whose owner and permissions a new file gets, where there is no old file at `path`:
   * whoever may not read the one must not find its content in the other.
   */
  readonly like?: string;
  /**
   * Called when the content is on the disk under a temporary name, before the rename. An exception
   * leaves the old file in its place.
   */
  readonly beforeRename?: (temporary: string) => Promise<void>;
}

/** The most bytes between two syncs, so that no sync on the same disk waits for more than this. */
const SYNC_BYTES = 1 << 22;

/** The bits of a file's mode that `chmod` can set. */
const PERMISSIONS = 0o7777;

/** The mode of a new file before the umask, if there is no old file. */
const NEW_FILE = 0o666;

/** Gives a new file the owner and the permissions of the old one. */
async function takeOver(files: FileSystem, fd: number, old: BigIntStats): Promise<void> {
  const { uid, gid } = files.fstatSync(fd);
  if (uid !== Number(old.uid) || gid !== Number(old.gid)) {
    try {
      await files.fchown(fd, Number(old.uid), Number(old.gid));
    } catch (error) {
      // Only root may give files away, and in a container only to owners that the container knows.
      // The content matters more.
      if (!hasCode(error, 'EPERM', 'EINVAL')) throw error;
    }
  }
  // After the owner: a change of owner clears bits of the mode. The umask has cleared bits too.
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
