import { type FileSystem, hasCode } from './file-system.js';
import { ioError } from './io-error.js';

/**
 * What tells a file from the one that was there before, also if it was changed in place. `undefined`: none there. `STORE_IO`
 * for what is not a file.
 */
export async function fileIdentity(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    const stat = await files.stat(path);
    if (stat.isDirectory()) throw Object.assign(new Error('EISDIR: a folder'), { code: 'EISDIR' });
    if (!stat.isFile()) throw new Error('it is not a regular file');
    return [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(':');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw ioError(error, 'open', path);
  }
}
