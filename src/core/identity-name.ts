import { SentCodeStoreError } from '../contract/errors.js';
import type { StoreMetadata } from './driver.js';

/** Metadata key of the name of a store's identity. */
export const IDENTITY_KEY = 'identity';

/**
 * Keeps the name of the identity at the first opening. `IDENTITY_MISMATCH` if a later opening has
 * another name.
 */
export async function checkIdentityName(metadata: StoreMetadata, name: string, storeName: string): Promise<void> {
  const kept = (await metadata.get([IDENTITY_KEY])).get(IDENTITY_KEY) ?? (await metadata.insert(IDENTITY_KEY, name));
  if (kept === name) return;
  throw new SentCodeStoreError(
    'IDENTITY_MISMATCH',
    `${storeName} was filled under the identity "${kept}" and is opened with "${name}". Under another identity its records mean other codes: ` +
      `open the store with the identity "${kept}", or copy it into an empty store with migrateLegacyState.`,
  );
}
