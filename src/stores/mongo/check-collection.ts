import { SentCodeStoreError } from '../../contract/errors.js';
import type { StoreMetadata } from '../../core/driver.js';
import { IDENTITY_KEY } from '../../core/identity-name.js';
import type { Commands } from './commands.js';

/**
 * Refuses a collection in which a guild's records are not a range of ids (`STORE_FOREIGN`), and a
 * server that cannot say what a majority has.
 *
 * A collection with a collation of its own may sort `;` before `:`. Then the range of every guild
 * is empty: nothing would be cleared, and every guild would look new. So the range of the store's
 * own documents must not be empty; a new store writes its first one.
 */
export async function checkCollection(
  commands: Commands,
  metadata: StoreMetadata,
  {
    storeName,
    namespace,
    identityName,
  }: { readonly storeName: string; readonly namespace: string; readonly identityName: string },
): Promise<void> {
  const isOrdered = async (): Promise<boolean> => {
    const filter = { _id: { $gt: ':', $lt: ';' } };
    return (await commands.find({ filter, projection: { _id: 1 }, atMost: 1, page: true, majority: true })).length > 0;
  };
  if (await isOrdered()) return;
  await metadata.insert(IDENTITY_KEY, identityName);
  if (await isOrdered()) return;
  throw new SentCodeStoreError(
    'STORE_FOREIGN',
    `${storeName}: the collection ${namespace} does not keep ids in byte order: it has a default collation. The store could not find ` +
      'the records of a guild in it. Copy the documents into a collection without a collation, and name that one.',
  );
}
