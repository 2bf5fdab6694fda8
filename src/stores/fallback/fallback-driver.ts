import { SentCodeStoreError } from '../../contract/errors.js';
import type { SentCodeStore } from '../../contract/store.js';
import type { StoreSupport } from '../../contract/support.js';
import type { StoreDriver } from '../../core/driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import type { CallContext } from './calls/call-context.js';
import { claimRecords, mayClaimUnread } from './calls/claims.js';
import { markRecords } from './calls/marks.js';
import { chainMetadata } from './calls/metadata.js';
import { readKnown, readRecords } from './calls/reads.js';
import { removeGuild, removeRecords } from './calls/removals.js';
import { scanGuilds, scanRecords } from './calls/scans.js';
import { settleRecords } from './calls/settlements.js';
import { Chain } from './chain/chain.js';
import { allFailed } from './chain/refusals.js';
import { canStandIn, type FallbackSettings } from './options.js';
import { Background } from './upkeep/background.js';

/** The driver of a {@link FallbackStore}: each primitive is a call of the chain. */
export interface FallbackDriver extends StoreDriver {
  /** The members and what is known of them. */
  readonly chain: Chain;
}

/** Makes the driver of a chain. */
export function fallbackDriver(
  stores: readonly SentCodeStore[],
  options: ResolvedStoreOptions,
  settings: FallbackSettings,
): FallbackDriver {
  const chain = new Chain(stores, options, settings);
  const background = new Background(chain);
  const context: CallContext = { chain, background };
  return {
    chain,
    supports: supportOf(stores),
    metadata: chainMetadata(context),
    readRecords: (keys) => readRecords(context, keys),
    readKnown: (keys) => readKnown(context, keys),
    markRecords: (marks) => markRecords(context, marks),
    mayClaimUnread: (keys) => mayClaimUnread(context, keys),
    claimRecords: (claim) => claimRecords(context, claim),
    settleRecords: (changes) => settleRecords(context, changes),
    scanRecords: (scope) => scanRecords(context, scope),
    scanGuilds: () => scanGuilds(context),
    removeRecords: (keys) => removeRecords(context, keys),
    removeGuild: (guildId) => removeGuild(context, guildId),
    pingStore: () => ping(context),
    open: () => open(context),
    close: () => background.stop(),
  };
}

function supportOf(stores: readonly SentCodeStore[]): StoreSupport {
  const keepers = stores.filter(canStandIn);
  return {
    claims: keepers[0]?.supports.claims ?? false,
    times: keepers.every((store) => store.supports.times),
    sources: keepers.every((store) => store.supports.sources),
    receipts: keepers.every((store) => store.supports.receipts),
    metadata: true,
    durable: keepers.every((store) => store.supports.durable),
  };
}

/**
 * Tries every member that is down, even within its pause. If the first store answers, waits until
 * it has everything.
 */
async function ping({ chain, background }: CallContext): Promise<void> {
  await background.wakeAll();
  if (!chain.first.up && !chain.mirrors.some((mirror) => mirror.up)) throw allFailed(chain);
}

async function open({ chain, background }: CallContext): Promise<void> {
  background.start();
  await chain.atMost(background.rejoin());
  // Members are reached in parallel, each within the limit. Other work, such as a replay, may take
  // longer, and goes on.
  await chain.atMost(background.rejoin());
  // No call can be answered before a member is up.
  if (!chain.first.up && !chain.mirrors.some((mirror) => mirror.up)) await background.opened();
  const misconfigured = chain.members.find((member) => !member.up && isMisconfigured(member.lastError));
  if (misconfigured !== undefined) throw misconfigured.lastError;
}

const MISCONFIGURED: readonly string[] = [
  'IDENTITY_MISMATCH',
  'STORE_FOREIGN',
  'STORE_VERSION',
  'DRIVER_MISSING',
  'INVALID_OPTION',
];

function isMisconfigured(error: unknown): boolean {
  return error instanceof SentCodeStoreError && MISCONFIGURED.includes(error.code);
}
