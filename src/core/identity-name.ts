import { SentCodeStoreError } from '../contract/errors.js';
import type { StoreMetadata } from './driver.js';

/**
 * Keeps the name of the identity at the first opening. `IDENTITY_MISMATCH` if a later opening has
 * another name.
 */
export async function checkIdentityName(metadata: StoreMetadata, name: string, storeName: string): Promise<void> {
  const kept = (await metadata.get([KEY])).get(KEY) ?? (await metadata.insert(KEY, name));
  if (kept === name) return;
  throw new SentCodeStoreError(
    'IDENTITY_MISMATCH',
    `${storeName} was filled under the identity "${kept}" and is opened with "${name}". Under another identity its records mean other codes: ` +
      `open the store with the identity "${kept}", or copy it into an empty store with migrateLegacyState.`,
  );
}

const KEY = 'identity';
