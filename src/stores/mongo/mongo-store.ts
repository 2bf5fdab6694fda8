import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { MongoStoreDriver } from './mongo-store-driver.js';
import { checkMongoOptions, type MongoStoreOptions } from './options.js';

/**
 * A store in a MongoDB collection that any number of processes share. A claim excludes all others,
 * and leases run on the server's clock.
 *
 * Takes a collection or client of the driver (versions 6 and 7), or a URI, which needs the package
 * `mongodb`. Connects at the first call; if that fails, the next call tries again. `close` ends
 * only a connection that the store made.
 *
 * Errors: `STORE_UNAVAILABLE` and `STORE_TIMEOUT`, with `retryable` and the driver's error as
 * `cause`; `DRIVER_MISSING`; `STORE_DAMAGED` for documents that cannot be read. No text shows a
 * password. Marks and claims may be repeated after any of these errors.
 */
export class MongoStore extends AbstractSentCodeStore {
  constructor(options: MongoStoreOptions) {
    const checked = checkMongoOptions(options);
    super((settings) => new MongoStoreDriver(settings, checked), checked, 'MongoStore');
  }
}
