import type { Chain } from '../chain/chain.js';
import type { Background } from '../upkeep/background.js';

/** What every call of a {@link FallbackStore} works with. */
export interface CallContext {
  readonly chain: Chain;
  readonly background: Background;
}
