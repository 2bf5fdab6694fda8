import { SentCodeStoreError } from '../contract/errors.js';
import { claimsUnsupported } from './claims.js';
import type { ScannedRecord, StoreDriver, StoreMetadata, StorePrimitives } from './driver.js';
import { ownerStepsOf } from './owner-steps.js';

/**
 * The primitives of a driver. A primitive that the driver leaves out is derived from the others,
 * here and nowhere else.
 */
export function derivedPrimitives(driver: StoreDriver, storeName: string): StorePrimitives {
  const basic = {
    readRecords: (keys) => driver.readRecords(keys),
    readKnown: (keys) => driver.readKnown?.(keys) ?? driver.readRecords(keys),
    markRecords: (marks) => driver.markRecords(marks),
    claimRecords: async (claim) => driver.claimRecords?.(claim) ?? unclaimable(storeName),
    settleRecords: async (changes) => driver.settleRecords?.(changes) ?? unclaimable(storeName),
  } satisfies Partial<StorePrimitives>;
  const ownerSteps = ownerStepsOf(basic);
  const metadata = openMetadata(() => driver.metadata ?? metadataUnsupported(storeName));
  return {
    ...basic,
    markWithMetadata: async (marks, entries) => {
      if (driver.markWithMetadata !== undefined) return driver.markWithMetadata(marks, entries);
      await metadata.set(entries);
      return driver.markRecords(marks);
    },
    mayMarkUnread: (keys) => driver.mayMarkUnread?.(keys) ?? false,
    mayClaimUnread: (keys) => driver.mayClaimUnread?.(keys) ?? false,
    confirmRecords: (...step) => driver.confirmRecords?.(...step) ?? ownerSteps.confirmRecords(...step),
    renewRecords: (...step) => driver.renewRecords?.(...step) ?? ownerSteps.renewRecords(...step),
    releaseRecords: (...step) => driver.releaseRecords?.(...step) ?? ownerSteps.releaseRecords(...step),
    removeRecords: (keys) => driver.removeRecords(keys),
    removeGuild: (guildId) => driver.removeGuild(guildId),
    scanRecords: (scope) => driver.scanRecords(scope),
    scanGuilds: () => driver.scanGuilds?.() ?? guildsOf(driver.scanRecords({})),
    metadata,
    pingStore: async () => driver.pingStore?.(),
    setAsideDamaged: async () => driver.setAsideDamaged?.(),
  };
}

async function* guildsOf(records: AsyncIterable<ScannedRecord>): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>();
  for await (const { guildId } of records) {
    if (seen.has(guildId)) continue;
    seen.add(guildId);
    yield guildId;
  }
}

/**
 * Metadata that is looked up at each call: a driver may have its metadata only while it is open.
 */
function openMetadata(current: () => StoreMetadata): StoreMetadata {
  return {
    get: async (keys) => current().get(keys),
    insert: async (key, value) => current().insert(key, value),
    set: async (entries) => current().set(entries),
    delete: async (keys) => current().delete(keys),
    list: (prefix) => current().list(prefix),
  };
}

function unclaimable(storeName: string): never {
  throw claimsUnsupported(storeName);
}

function metadataUnsupported(storeName: string): never {
  throw new SentCodeStoreError(
    'METADATA_UNSUPPORTED',
    `${storeName} keeps codes only, so it cannot remember a baseline. Use a MongoStore or a JsonFileStore, or mark the codes with markSent.`,
  );
}
