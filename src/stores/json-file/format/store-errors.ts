import { SentCodeStoreError } from '../../../contract/errors.js';

/** The error `STORE_NOT_FOUND`. */
export function notFound(path: string): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_NOT_FOUND',
    `There is no store at ${path}. For a new store, open it once with create: 'if-missing'. If it was there before, restore it: otherwise everything ` +
      'counts as new and is sent again.',
  );
}

/** `STORE_FOREIGN`: the file is not this package's, and stays as it is. */
export function foreignFile(path: string, empty: boolean): SentCodeStoreError {
  const what = empty ? 'is empty, and a store never leaves an empty file' : 'was not written by this package';
  return new SentCodeStoreError(
    'STORE_FOREIGN',
    `${path} ${what}. Name another file, or move this one away. To read the state of the old bot, use migrateLegacyState.`,
  );
}
