import { SentCodeStoreError } from '../contract/errors.js';
import { errorText } from '../domain/error-text.js';

/**
 * An error of the file system as `STORE_IO`. The text says what failed on which file, and what to
 * do. An error of this package is returned as it is.
 */
export function ioError(error: unknown, doing: string, path: string): SentCodeStoreError {
  if (error instanceof SentCodeStoreError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  const [advice, retryable] = ADVICE.get(code) ?? ['The cause has the details.', false];
  const reason = code === '' ? errorText(error) : code;
  return new SentCodeStoreError('STORE_IO', `Cannot ${doing} ${path} (${reason}). ${advice}`, { cause: error, retryable });
}

/** Runs a step. An error of the file system becomes `STORE_IO`. */
export async function withPath<T>(doing: string, path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw ioError(error, doing, path);
  }
}

const ADVICE = new Map<string, readonly [advice: string, retryable: boolean]>([
  ['ENOSPC', ['The disk is full: make room, and call again.', true]],
  ['EDQUOT', ['The disk quota is used up: make room, and call again.', true]],
  ['EIO', ['The disk reports an error: look at it before you trust it. What was acknowledged before stays.', true]],
  ['EMFILE', ['The process has too many open files.', true]],
  ['ENFILE', ['The system has too many open files.', true]],
  ['EFBIG', ['The file is larger than this process, or the file system, allows: raise the limit.', false]],
  [
    'EROFS',
    ['The folder is on a read-only file system: mount it for writing. A JsonFileStore can be read there with readOnly.', false],
  ],
  ['EACCES', ['This user has no permission: give it the file and its folder, both for writing.', false]],
  ['EPERM', ['This user has no permission: give it the file and its folder, both for writing.', false]],
  ['EBUSY', ['It is in use, or mounted as a single file: mount its folder in place of it.', true]],
  ['EISDIR', ['It is a folder: name a file in it.', false]],
  ['ENOTDIR', ['A part of the path is a file, not a folder.', false]],
  ['ENOENT', ['The folder, or a file of the store, is not there: create the folder first.', false]],
  ['ENAMETOOLONG', ['The name is too long for this file system.', false]],
  ['ENOTSUP', ['The file system cannot do this: use a folder on a local disk.', false]],
  ['EOPNOTSUPP', ['The file system cannot do this: use a folder on a local disk.', false]],
  ['ELOOP', ['The path is a circle of symbolic links.', false]],
]);
