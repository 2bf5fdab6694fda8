import { SentCodeStoreError } from '../../../contract/errors.js';
import type { StoreMetadata } from '../../../core/driver.js';
import { IDENTITY_KEY } from '../../../core/identity-name.js';
import type { CallContext } from './call-context.js';
import type { Chain } from '../chain/chain.js';
import { OWN_KEYS } from '../keys.js';

/**
 * The metadata of callers (baselines, migrations): that of the first store, copied to the mirrors.
 * While the first store is away, a mirror's entries can be read, and all other entries are refused.
 * Nothing is changed, because an insert decides between processes, which only the first store can.
 */
export function chainMetadata(context: CallContext): StoreMetadata {
  const { chain, background } = context;
  return {
    async get(keys) {
      // Each member checks its own copy of the identity, so the chain opens while all of them are
      // away.
      if (keys.length === 1 && keys[0] === IDENTITY_KEY) return new Map([[IDENTITY_KEY, chain.options.identity.name]]);
      await background.ready();
      if (chain.first.up) {
        try {
          return await chain.first.call((store) => store.metadata.get(keys));
        } catch {
          // The first store is away now.
        }
      }
      const found = new Map<string, string>();
      for (const answer of (await chain.onMirrors((store) => store.metadata.get(keys))).values()) {
        for (const [key, value] of answer) if (!found.has(key)) found.set(key, value);
      }
      if (keys.some((key) => !found.has(key))) throw away(chain);
      return found;
    },
    async insert(key, value) {
      await settled(context);
      const kept = await chain.first.call((store) => store.metadata.insert(key, value));
      await chain.onMirrors((store) => store.metadata.set(new Map([[key, kept]])));
      return kept;
    },
    async set(entries) {
      await settled(context);
      await chain.first.call((store) => store.metadata.set(entries));
      await chain.onMirrors((store) => store.metadata.set(entries));
    },
    async delete(keys) {
      await settled(context);
      await chain.first.call((store) => store.metadata.delete(keys));
      await chain.onMirrors((store) => store.metadata.delete(keys));
    },
    async *list(prefix) {
      await settled(context);
      for await (const entry of chain.first.iterate((store) => store.metadata.list(prefix))) {
        if (!entry[0].startsWith(OWN_KEYS)) yield entry;
      }
    },
  };
}

async function settled({ chain, background }: CallContext): Promise<void> {
  await background.ready();
  if (!chain.first.up) throw away(chain);
}

function away(chain: Chain): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_UNAVAILABLE',
    `${chain.options.name}: ${chain.first.name} is away, and no other store may decide that. Call again when it is back.`,
    { retryable: true, cause: chain.first.lastError },
  );
}
