import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { InvalidInputError } from '../contract/errors.js';
import { type FileSystem, removeIfThere } from './file-system.js';

/** What is added to a file's name while its content is being written. */
const UNFINISHED = /\.[0-9a-f]{12}\.unfinished$/;

/**
 * A name beside a file, for its next content until all of that is on the disk. Used once, so that a writer who does not see
 * the lock (another machine) never writes into the same file.
 */
export function temporaryPath(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.unfinished`;
}

/** `INVALID_OPTION` for a path that {@link temporaryPath} may have made: what has such a name is removed by others. */
export function refuseTemporaryPath(path: string): void {
  if (!UNFINISHED.test(path)) return;
  throw new InvalidInputError(
    'INVALID_OPTION',
    'path',
    `${path} has a name that this package gives to files while it writes them, and removes afterwards. Rename the file, or name another one.`,
  );
}

/**
 * Removes what killed processes left unfinished in a folder, of the files that `isOurs` tells by their names. To be called by
 * the owner of the lock that all writers of these files take.
 */
export async function removeUnfinished(files: FileSystem, folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const name of await files.readdir(folder)) {
    if (UNFINISHED.test(name) && isOurs(name.replace(UNFINISHED, ''))) await removeIfThere(files, join(folder, name));
  }
}
