import { InvalidInputError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import { isLegacyStateAdapter, type LegacyStateAdapter } from './adapter.js';
import { LegacyDriver } from './legacy-driver.js';

/** Options of a {@link LegacyAdapterStore}. */
export type LegacyAdapterStoreOptions = StoreOptions;

/**
 * The old bot's state as a store: it reads what the old bot wrote, and writes what the old bot can read on.
 *
 * - Codes under `global` count as sent to every guild, also to one that the state does not name. They are no guild's own: `clearGuild` leaves
 *   them, and `forget` of one is refused with `INVALID_CODES`.
 * - `listGuilds` names the guilds with codes of their own, and, if there are global codes, every guild that the state names. `listSent`
 *   gives a guild's own codes and the global ones.
 * - Of a mark nothing is kept but the code: no time, no source. There are no claims and no metadata.
 * - No guild can be called `global`: `INVALID_GUILD_ID`.
 * - Each call reads the whole state.
 *
 * A state of another shape rejects every call with `LEGACY_STATE_INVALID`, an adapter that rejects with `STORE_UNAVAILABLE`.
 */
export class LegacyAdapterStore extends AbstractSentCodeStore {
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
