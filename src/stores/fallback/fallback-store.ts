import type { SentCodeStore } from '../../contract/store.js';
import { errorText } from '../../domain/error-text.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import type { Chain } from './chain/chain.js';
import type { FallbackStatus } from './events.js';
import { type FallbackDriver, fallbackDriver } from './fallback-driver.js';
import { checkMembers, type FallbackStoreOptions, resolveFallbackOptions } from './options.js';
import { chainStatus } from './status.js';

/**
 * A chain of stores, in order. The first store decides. A mirror takes over in an outage, and
 * belongs to one process. Both need claims and metadata of their own. A store without them (a
 * legacy adapter, or a store that is not built on the package's base) is a witness: it gets every
 * mark and every removal, and may say "sent". Alone it neither acknowledges a mark nor says
 * "unsent".
 *
 * - This process never offers a code again whose mark was acknowledged. After an outage, the first
 *   store has all such marks before it is believed again.
 * - While the first store is away: `NOT_AUTHORITATIVE` for a guild that another process writes too,
 *   or of which no mirror has all records.
 * - `forget`, `clearGuild` and `resolveUncertain(…, 'not-sent')` need every store.
 *   `STORE_UNAVAILABLE` says which one is away.
 * - `ALL_STORES_FAILED` if no store can take a call.
 * - A witness never gets marks that it missed while it was away. {@link FallbackStore.status}
 *   counts them, and the event `witness-missed` tells of them.
 *
 * The members belong to the chain: `close` closes them.
 */
export class FallbackStore extends AbstractSentCodeStore {
  constructor(stores: readonly SentCodeStore[], options: FallbackStoreOptions = {}) {
    const { identity } = checkMembers(stores);
    const settings = resolveFallbackOptions(options);
    super((base) => fallbackDriver(stores, base, settings), { ...options, identity }, 'FallbackStore');
  }

  /**
   * The state of the chain: which members are up, and what is pending. Reads only this process's
   * memory.
   */
  status(): FallbackStatus {
    return chainStatus(this.#chain);
  }

  /** Closes every member, even if the chain could not be opened. */
  override async close(): Promise<void> {
    await super.close();
    for (const member of this.#chain.members) {
      try {
        await member.close();
      } catch (error) {
        this.options.logger.warn(`${this.name}: ${member.name} did not close: ${errorText(error)}`);
      }
    }
  }

  get #chain(): Chain {
    return (this.driver as FallbackDriver).chain;
  }
}
