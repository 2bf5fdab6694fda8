import type { SentCodeStore } from '../../contract/store.js';
import { errorText } from '../../domain/error-text.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import type { Chain } from './chain/chain.js';
import type { FallbackStatus } from './events.js';
import { type FallbackDriver, fallbackDriver } from './fallback-driver.js';
import { checkMembers, type FallbackStoreOptions, resolveFallbackOptions } from './options.js';
import { chainStatus } from './status.js';

/**
 * Stores in order, of which the first decides and the others stand in for it. The first must have
 * claims and keep metadata of its own, and so must a mirror, which takes over in an outage. A
 * member that does not (a legacy adapter, or a store that is not built on the package's base) is a
 * witness: it gets every mark and every removal and may say "sent", and neither acknowledges nor
 * says "unsent" alone. A mirror belongs to one process.
 *
 * - A mark that was acknowledged is never offered again by this process, and is in the first store
 *   before that is believed again after an outage.
 * - While the first store is away, `NOT_AUTHORITATIVE` for a guild of which no mirror has all
 *   records, or that somebody else writes too.
 * - `forget`, `clearGuild` and `resolveUncertain(…, 'not-sent')` need every store, and say which is
 *   away (`STORE_UNAVAILABLE`).
 * - `ALL_STORES_FAILED` if no store can take a call.
 * - A witness has no pending writes: marks that it missed while it was away are counted in
 *   {@link FallbackStore.status} and told by the event `witness-missed`.
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
   * Which members are up, in step, and what is pending. Looks at nothing but this process's memory.
   */
  status(): FallbackStatus {
    return chainStatus(this.#chain);
  }

  /** Also of a chain that could not be opened. */
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
