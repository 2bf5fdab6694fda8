import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { JsonFileDriver } from './json-file-driver.js';
import { type JsonFileStoreOptions, jsonFileOptionsSchema } from './options.js';

/**
 * A store in a file: a JSON snapshot that a person can read, and a journal of what changed since.
 * What is acknowledged is on the disk. It survives `kill -9` at any moment, and power loss as far
 * as the disk keeps its promises. One process writes at a time.
 *
 * Opens at the first call. Rejects with `STORE_LOCKED`, `STORE_NOT_FOUND`, `STORE_DAMAGED`,
 * `STORE_FOREIGN`, `STORE_VERSION`, `IDENTITY_MISMATCH` or `STORE_IO` if it cannot be opened; the
 * next call tries again.
 *
 * A write that rejects with `STORE_IO` may be repeated. A call of up to 1 000 codes then left
 * nothing, as far as this process can ensure it. A failure or a crash may leave three kinds of
 * calls half made. A call with more codes: its first thousands stay. `clearGuild`: the codes that
 * it had not removed stay. `baseline`: the guild's next `baseline` completes it.
 */
export class JsonFileStore extends AbstractSentCodeStore {
  constructor(options: JsonFileStoreOptions) {
    checkOptions(jsonFileOptionsSchema, options, 'JsonFileStore');
    super((settings) => new JsonFileDriver(settings, options), options, 'JsonFileStore');
  }
}
