import type { BigIntStats } from 'node:fs';
import { type FileSystem, hasCode } from './file-system.js';
import { ioError } from './io-error.js';

/** Tells a file from the file that was at the path before, and from itself before a change. */
export type FileIdentity = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs'>;

/**
 * The identity of the file at a path; `undefined` if there is no file. `STORE_IO` for a folder and
 * other things that are not files.
 */
export async function fileIdentity(files: FileSystem, path: string): Promise<FileIdentity | undefined> {
  try {
    const stat = await files.stat(path);
    if (stat.isDirectory()) throw Object.assign(new Error('EISDIR: a folder'), { code: 'EISDIR' });
    if (!stat.isFile()) throw new Error('it is not a regular file');
    const { dev, ino, size, mtimeNs } = stat;
    return { dev, ino, size, mtimeNs };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw ioError(error, 'open', path);
  }
}

/** Whether two looks at a path found the same unchanged file, or both found no file. */
export function isSameFile(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a?.dev === b?.dev && a?.ino === b?.ino && a?.size === b?.size && a?.mtimeNs === b?.mtimeNs;
}
