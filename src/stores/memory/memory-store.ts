import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import { MemoryDriver } from './memory-driver.js';

/**
 * A store that forgets everything when its process ends: for a bot's own tests, and as the
 * reference for other stores. A claim excludes the other tasks of this process.
 */
export class MemoryStore extends AbstractSentCodeStore {
  /**
   * `INVALID_OPTION` for wrong options.
   *
   * @example
   * ```ts
   * import { MemoryStore } from 'sent-code-store';
   *
   * const store = new MemoryStore();
   * await store.markSent(guildId, ['WOS0408']);
   * ```
   */
  constructor(options: MemoryStoreOptions = {}) {
    checkOptions(storeOptionsSchema, options, 'MemoryStore');
    super((settings) => new MemoryDriver(settings), options, 'MemoryStore');
  }
}

/** Options of a {@link MemoryStore}. */
export type MemoryStoreOptions = StoreOptions;
