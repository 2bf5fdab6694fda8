import { SentCodeStoreError } from '../../../contract/errors.js';

/** `STORE_NOT_FOUND`. */
export function notFound(path: string): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_NOT_FOUND',
    `There is no store at ${path}. If it is to be a new one, open it once with create: 'if-missing'; if it was there before, restore it, or everything ` +
      'counts as new and is sent again.',
  );
}

/** `STORE_FOREIGN`: what is there is somebody else's, and stays as it is. */
export function foreignFile(path: string, empty: boolean): SentCodeStoreError {
  const what = empty ? 'is empty, and no store ever leaves an empty file' : 'was not written by this package';
  return new SentCodeStoreError(
    'STORE_FOREIGN',
    `${path} ${what}. Name another file, or move this one away; the state of the old bot is read by migrateLegacyState.`,
  );
}
