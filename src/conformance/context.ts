import { randomInt } from 'node:crypto';
import type { Identity } from '../contract/identity.js';
import type { SentCodeStore } from '../contract/store.js';
import type { StoreSupport } from '../contract/support.js';
import type { Fixture } from './fixture.js';

/** What a test of the kit works with. */
export interface TestContext {
  readonly store: SentCodeStore;
  /** What the store is expected to support. */
  readonly supports: StoreSupport;
  /** The id of an unused guild: 18 digits. */
  readonly guild: () => string;
  /** {@link Fixture.advance} */
  readonly advance: (ms: number) => Promise<void>;
  /** {@link Fixture.reopen} */
  readonly reopen: (options?: { readonly identity?: Identity }) => Promise<SentCodeStore>;
  /** {@link Fixture.peer} */
  readonly peer: () => Promise<SentCodeStore>;
  /** {@link Fixture.outage} */
  readonly outage: () => Promise<() => Promise<SentCodeStore>>;
}

// Another process may run the kit on the same data at the same time.
const run = randomInt(1_000_000_000, 10_000_000_000);
let guilds = 0;

function newGuild(): string {
  guilds += 1;
  return `${run}${String(guilds).padStart(8, '0')}`;
}

/** The context of a test on a fixture. */
export function contextOf(fixture: Fixture, supports: StoreSupport): TestContext {
  return {
    store: fixture.store,
    supports,
    guild: newGuild,
    advance: (ms) => fixture.advance?.(ms) ?? missing('advance', 'a store with claims'),
    reopen: (options) => fixture.reopen?.(options) ?? missing('reopen', 'a durable store'),
    peer: () => fixture.peer?.() ?? missing('peer', 'a store with shared claims'),
    outage: () =>
      fixture.outage?.() ?? missing('outage', 'this group: skip "outages" with a reason if the backend cannot be made to fail'),
  };
}

function missing(hook: string, needer: string): Promise<never> {
  return Promise.reject(new Error(`The fixture has no ${hook}(). The kit needs it for ${needer}.`));
}
