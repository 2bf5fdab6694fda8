import type { Lifecycle } from './lifecycle.js';
import type { StorePrimitives } from './driver.js';

/**
 * The primitives of a store for callers outside: each call opens the store first, `close` waits for
 * it, and after `close` every call rejects.
 */
export function guarded(store: StorePrimitives, lifecycle: Lifecycle): StorePrimitives {
  const run = <T>(call: () => Promise<T>): Promise<T> => lifecycle.run(call);
  return {
    readRecords: (keys) => run(() => store.readRecords(keys)),
    readKnown: (keys) => run(() => store.readKnown(keys)),
    markRecords: (marks) => run(() => store.markRecords(marks)),
    claimRecords: (claim) => run(() => store.claimRecords(claim)),
    settleRecords: (changes) => run(() => store.settleRecords(changes)),
    markWithMetadata: (marks, entries) => run(() => store.markWithMetadata(marks, entries)),
    mayMarkUnread: (keys) => store.mayMarkUnread(keys),
    mayClaimUnread: (keys) => store.mayClaimUnread(keys),
    confirmRecords: (claim, marks) => run(() => store.confirmRecords(claim, marks)),
    renewRecords: (claim, keys) => run(() => store.renewRecords(claim, keys)),
    releaseRecords: (claim, keys, outcome) => run(() => store.releaseRecords(claim, keys, outcome)),
    removeRecords: (keys) => run(() => store.removeRecords(keys)),
    removeGuild: (guildId) => run(() => store.removeGuild(guildId)),
    scanRecords: (scope) => lifecycle.iterate(() => store.scanRecords(scope)),
    scanGuilds: () => lifecycle.iterate(() => store.scanGuilds()),
    pingStore: () => run(() => store.pingStore()),
    metadata: {
      get: (keys) => run(() => store.metadata.get(keys)),
      insert: (key, value) => run(() => store.metadata.insert(key, value)),
      set: (entries) => run(() => store.metadata.set(entries)),
      delete: (keys) => run(() => store.metadata.delete(keys)),
      list: (prefix) => lifecycle.iterate(() => store.metadata.list(prefix)),
    },
    // Without opening first: a store with damaged data does not open.
    setAsideDamaged: () => store.setAsideDamaged(),
  };
}
