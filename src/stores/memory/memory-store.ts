import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import { MemoryDriver } from './memory-driver.js';

/** Options of a {@link MemoryStore}. */
export type MemoryStoreOptions = StoreOptions;

/**
 * A store that forgets everything with its process: the reference for what a store does, and for a
 * bot's own tests. Claims exclude others in this process.
 */
export class MemoryStore extends AbstractSentCodeStore {
  constructor(options: MemoryStoreOptions = {}) {
    checkOptions(storeOptionsSchema, options, 'MemoryStore');
    super((settings) => new MemoryDriver(settings), options, 'MemoryStore');
  }
}
