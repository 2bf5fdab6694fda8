import { dirname } from 'node:path';
import { type FileSystem, hasCode, syncFolder, writeAll } from './file-system.js';
import { ioError } from './io-error.js';

/** Written bytes are synced in steps of this many, so that the last sync, and others' syncs beside it, wait for no more than this. */
const SYNC_BYTES = 1 << 22;

/** The bits of a file's mode that are permissions. */
export const PERMISSIONS = 0o777;

/** How a file is put in place. */
export interface AtomicWrite {
  readonly path: string;
  /** The content in pieces, each asked for when the one before is written. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Permission bits of the file that is replaced, to be kept. */
  readonly mode?: number;
  /** Called when the content is on the disk, before it takes its name. What it throws leaves the old file where it was. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Writes a file beside its place, durably, and puts it there in one step: at every moment, through a crash as well, the path has the old content
 * or all of the new.
 */
export async function writeAtomically(files: FileSystem, { path, pieces, mode, beforeRename }: AtomicWrite): Promise<void> {
  const temporary = temporaryPath(path);
  let fd: number | undefined;
  try {
    fd = await files.open(temporary, 'w');
    if (mode !== undefined && (files.fstatSync(fd).mode & PERMISSIONS) !== mode) await files.fchmod(fd, mode);
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
    await beforeRename?.();
    await files.rename(temporary, path);
    await syncFolder(files, dirname(path));
  } catch (error) {
    if (fd !== undefined) await files.close(fd).catch(() => undefined);
    await removeIfThere(files, temporary).catch(() => undefined);
    throw ioError(error, 'write', path);
  }
}

/** Where a file is written before it takes its name. One writer has the lock, so one name is enough, and nothing is left over but by a crash. */
export function temporaryPath(path: string): string {
  return `${path}.unfinished`;
}

/** Removes a file, if there is one. */
export async function removeIfThere(files: FileSystem, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw ioError(error, 'remove', path);
  }
}
