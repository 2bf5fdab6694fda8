import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { InvalidInputError } from '../contract/errors.js';
import { type FileSystem, removeIfThere } from './file-system.js';

/**
 * A temporary name beside a file, for new content until all of it is on the disk. A name is used
 * once. So a writer on another machine, where the lock is not seen, never writes into the same
 * file.
 */
export function temporaryPath(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.unfinished`;
}

/**
 * `INVALID_OPTION` for a path that {@link temporaryPath} may have made: a file of such a name is
 * removed by the next writer.
 */
export function refuseTemporaryPath(path: string): void {
  if (!UNFINISHED.test(path)) return;
  throw new InvalidInputError(
    'INVALID_OPTION',
    'path',
    `${path} has the ending of this package's temporary files, so it would be removed. Rename the file, or pass another path.`,
  );
}

/**
 * Removes the temporary files that killed processes left in a folder, if `isOurs` accepts the name
 * of the file to be written. Only for the owner of the lock: every writer of these files takes the
 * same lock.
 */
export async function removeUnfinished(files: FileSystem, folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const name of await files.readdir(folder)) {
    if (UNFINISHED.test(name) && isOurs(name.replace(UNFINISHED, ''))) await removeIfThere(files, join(folder, name));
  }
}

/** The ending of a file's name while the content is being written. */
const UNFINISHED = /\.[0-9a-f]{12}\.unfinished$/;
