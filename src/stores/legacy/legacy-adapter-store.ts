import { InvalidInputError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import { isLegacyStateAdapter, type LegacyStateAdapter } from './adapter.js';
import { LegacyDriver } from './legacy-driver.js';

/**
 * The old bot's state as a store. Both read what the other writes.
 *
 * - Codes under `global` count as sent to every guild, even to a guild that the state does not
 *   name. They belong to no guild: `clearGuild` leaves them, and `forget` refuses them with
 *   `INVALID_CODES`.
 * - `listGuilds` gives the guilds with codes of their own; if there are global codes, every guild
 *   that the state names. `listSent` gives a guild's own codes and the global codes.
 * - A mark keeps only the code: no time, no source. There are no claims and no metadata.
 * - A guild cannot be called `global`: `INVALID_GUILD_ID`.
 * - Each call reads the whole state.
 *
 * Every call rejects with `LEGACY_STATE_INVALID` if the state has another shape, and with
 * `STORE_UNAVAILABLE` if the adapter rejects.
 */
export class LegacyAdapterStore extends AbstractSentCodeStore {
  /**
   * `INVALID_OPTION` for a wrong adapter or wrong options.
   *
   * @example
   * ```ts
   * import { LegacyAdapterStore, legacyStateFile } from 'sent-code-store';
   *
   * const store = new LegacyAdapterStore(legacyStateFile('./giftcode_state.json'));
   * const fresh = await store.filterUnsent(guildId, codes);
   * ```
   */
  constructor(adapter: LegacyStateAdapter, options: LegacyAdapterStoreOptions = {}) {
    checkOptions(storeOptionsSchema, options, 'LegacyAdapterStore');
    if (!isLegacyStateAdapter(adapter)) {
      throw new InvalidInputError(
        'INVALID_OPTION',
        'adapter',
        `LegacyAdapterStore: adapter is ${describe(adapter)}. Pass { getState, setState }, legacyStateFile(path) or legacyStateCollection(collection).`,
      );
    }
    super((settings) => new LegacyDriver(adapter, settings), options, 'LegacyAdapterStore');
  }
}

/** Options of a {@link LegacyAdapterStore}. */
export type LegacyAdapterStoreOptions = StoreOptions;
