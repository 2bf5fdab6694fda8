import { SentCodeStoreError } from '../../contract/errors.js';
import { IDENTITY_KEY } from '../../core/identity-name.js';
import type { Commands } from './commands.js';
import { type MongoMetadata, toEntry, toId } from './mongo-metadata.js';

/**
 * Refuses a collection in which a guild's records are not a range of ids (`STORE_FOREIGN`), and a
 * server that cannot say what a majority has. Resolves to the name of the identity that the
 * collection is kept under.
 *
 * A collection with a collation of its own may sort `;` before `:`. Then the range of every guild
 * is empty: nothing would be cleared, and every guild would look new. So the document of the
 * identity must be in the range of the store's own documents. A new store writes it.
 */
export async function checkCollection(
  commands: Commands,
  metadata: MongoMetadata,
  {
    storeName,
    namespace,
    identityName,
  }: { readonly storeName: string; readonly namespace: string; readonly identityName: string },
): Promise<string> {
  const read = async (): Promise<string | undefined> => {
    const filter = { _id: { $eq: toId(IDENTITY_KEY), $gt: ':', $lt: ';' } };
    const found = await commands.find({ filter, projection: { value: 1 }, atMost: 1, majority: true });
    return found.map(toEntry)[0]?.[1];
  };
  let kept = await read();
  if (kept !== undefined) return kept;
  await metadata.insert(IDENTITY_KEY, identityName);
  kept = await read();
  if (kept !== undefined) return kept;
  throw new SentCodeStoreError(
    'STORE_FOREIGN',
    `${storeName}: the collection ${namespace} does not keep ids in byte order: it has a default collation. The store could not find ` +
      'the records of a guild in it. Copy the documents into a collection without a collation, and name that one.',
  );
}
