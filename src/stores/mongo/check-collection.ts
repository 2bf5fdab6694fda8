import { SentCodeStoreError } from '../../contract/errors.js';
import type { StoreMetadata } from '../../core/driver.js';
import { IDENTITY_KEY } from '../../core/identity-name.js';
import type { Commands } from './commands.js';

/**
 * Refuses a collection in which a guild's records are not a range of ids (`STORE_FOREIGN`), and a
 * server that cannot say what a majority has.
 *
 * A collection may have a collation of its own, under which `;` comes before `:`. Then every range
 * of a guild is empty there: nothing would be cleared, and every guild would look new. So the range
 * of the store's own documents must hold one, which is written if the store is new.
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
    `${storeName}: the collection ${namespace} does not keep ids in byte order, as one with a default collation. The store could not find the ` +
      'records of a guild in it. Make a collection without a collation, copy the documents into it, and name that one.',
  );
}
