import { SentCodeStoreError } from '../../contract/errors.js';
import type { MongoDriver } from './driver.js';

/**
 * Loads the package `mongodb`; `DRIVER_MISSING` if it is not installed. Only a store that was given
 * a URI needs it.
 *
 * @param load - for tests
 */
export async function loadDriver(
  storeName: string,
  load: () => Promise<unknown> = () => import('mongodb'),
): Promise<MongoDriver> {
  try {
    return (await load()) as MongoDriver;
  } catch (cause) {
    throw new SentCodeStoreError(
      'DRIVER_MISSING',
      `${storeName}: a uri is given, and the package "mongodb" cannot be loaded. Install it with "npm install mongodb" (version 6 or 7), ` +
        'or pass a collection or client of a driver that you have.',
      { cause },
    );
  }
}
