import type { Identity } from '../contract/identity.js';
import type { Clock } from '../domain/clock.js';
import type { SentCodeStore } from '../contract/store.js';

/** What is not the same in another process. */
export interface OtherProcess {
  /**
   * A clock as another process has it: its monotonic time begins elsewhere. Default of `own`: the
   * machine's clock.
   */
  clock(own?: Clock): Clock;
}

/**
 * A store for one test, and what the test may do with it. A test makes its own guilds, so several
 * tests may share data. Only the guilds `__proto__` and `constructor` are cleared and filled by
 * name.
 */
export interface Fixture {
  /** The store, unused, under the identity `gift-code`. */
  readonly store: SentCodeStore;
  /**
   * Moves the clock of leases forward. If leases run on a server's clock, moves the stored leases
   * and first tries back by the same time. The steps are seconds to minutes, and once 400 days.
   * Needed where `supports.claims` is not `false`.
   */
  advance?(ms: number): Promise<void>;
  /**
   * Closes the store that was used last, and opens one on the same data. `identity`: the identity
   * of the new store. Needed where `supports.durable` is `true`.
   */
  reopen?(options?: { readonly identity?: Identity }): Promise<SentCodeStore>;
  /**
   * Opens another store on the same data, beside the first, as another process has it. Its option
   * `clock` must be `process.clock(own)`, where `own` is the clock of the fixture's other stores,
   * or `process.clock()` if they have none. Needed where `supports.claims` is `'shared'`.
   */
  peer?(process: OtherProcess): Promise<SentCodeStore>;
  /**
   * Makes every access to the backend fail from now on. Resolves to a function that ends the
   * outage. That function resolves to the store to go on with: the same store, or a new one.
   */
  outage?(): Promise<() => Promise<SentCodeStore>>;
  /**
   * Closes every store of the fixture, also after the test closed it, and removes all data of the
   * test.
   */
  dispose(): Promise<void>;
}
