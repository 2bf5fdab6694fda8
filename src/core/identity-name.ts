import { SentCodeStoreError } from '../contract/errors.js';
import type { StoreMetadata } from './driver.js';

/** Metadata key of the name of a store's identity. */
export const IDENTITY_KEY = 'identity';

/** Keeps the name of the identity with the first opening, and refuses another one later (`IDENTITY_MISMATCH`). */
export async function checkIdentityName(metadata: StoreMetadata, name: string, storeName: string): Promise<void> {
  const kept = (await metadata.get([IDENTITY_KEY])).get(IDENTITY_KEY) ?? (await metadata.insert(IDENTITY_KEY, name));
  if (kept === name) return;
  throw new SentCodeStoreError(
    'IDENTITY_MISMATCH',
    `${storeName} was filled under the identity "${kept}" and is opened with "${name}". Its records do not mean the same codes under another ` +
      `rule: open it with the identity "${kept}", or copy it into an empty store with migrateLegacyState.`,
  );
}
