import { randomInt } from 'node:crypto';
import type { Identity } from '../contract/identity.js';
import { systemClock } from '../domain/clock.js';
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

/** More than any lease. */
const PEER_IS_AHEAD_MS = 10 * 86_400_000;

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
    peer: () => openPeer(fixture),
    outage: () =>
      fixture.outage?.() ?? missing('outage', 'this group: skip "outages" with a reason if the backend cannot be made to fail'),
  };
}

/**
 * Another process has another origin of its monotonic clock. A store that compares the times of two
 * of them takes a claim that lives for one that is long over, and two processes send.
 */
async function openPeer(fixture: Fixture): Promise<SentCodeStore> {
  if (fixture.peer === undefined) return missing('peer', 'a store with shared claims');
  let clocksTaken = 0;
  const peer = await fixture.peer({
    clock: (own = systemClock) => {
      clocksTaken += 1;
      return { now: () => own.now(), monotonic: () => own.monotonic() + PEER_IS_AHEAD_MS };
    },
  });
  if (clocksTaken > 0) return peer;
  throw new Error(
    'The fixture opened its peer on the clock of this process. Give it the option clock: process.clock(…), as another process has it.',
  );
}

function missing(hook: string, needer: string): Promise<never> {
  return Promise.reject(new Error(`The fixture has no ${hook}(). The kit needs it for ${needer}.`));
}
