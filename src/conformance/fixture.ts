import type { Identity } from '../contract/identity.js';
import type { Clock } from '../domain/clock.js';
import type { SentCodeStore } from '../contract/store.js';

/** What is not the same in another process. */
export interface OtherProcess {
  /** A clock as another process has it: its monotonic time begins elsewhere. Of the machine's clock, unless given another. */
  clock(own?: Clock): Clock;
}

/**
 * A store for one test, and what the test may do to it. A test makes its own guilds, so the data may be shared with other tests; only the
 * guilds `__proto__` and `constructor` are cleared and filled by name.
 */
export interface Fixture {
  /** The store, not used yet, under the identity `gift-code`. */
  readonly store: SentCodeStore;
  /**
   * Moves the clock of leases forward. Needed where `supports.claims`. Where leases run on a server's clock, moves the stored leases and first
   * tries back by as much. The steps are seconds to minutes, and once 400 days.
   */
  advance?(ms: number): Promise<void>;
  /** Closes the store that was used last and opens one on the same data, under another identity if told so. Needed where `supports.durable`. */
  reopen?(options?: { readonly identity?: Identity }): Promise<SentCodeStore>;
  /**
   * Opens one more store on the same data, beside the first, as another process has it. Needed where `supports.claims` is `'shared'`. The peer's option `clock` is
   * to be `process.clock(own)`, with the clock that the fixture gives its other stores; or `process.clock()` if it gives them none.
   */
  peer?(process: OtherProcess): Promise<SentCodeStore>;
  /**
   * Makes every access to the backend fail from now on. Resolves to a function that ends the outage and resolves to the store to go on with: the
   * same one, or one that was opened anew.
   */
  outage?(): Promise<() => Promise<SentCodeStore>>;
  /** Closes every store of the fixture, whether or not the test did, and removes what it left behind. */
  dispose(): Promise<void>;
}
