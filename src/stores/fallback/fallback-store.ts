import { SentCodeStoreError } from '../../contract/errors.js';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import { errorText } from '../../domain/error-text.js';
import type { CodeRecord } from '../../domain/record.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreMetadata } from '../../core/primitives.js';
import type { CallContext } from './calls/call-context.js';
import { Chain } from './chain/chain.js';
import { allFailed } from './chain/refusals.js';
import { Background } from './upkeep/background.js';
import { claimRecords } from './calls/claims.js';
import type { FallbackStatus } from './events.js';
import { chainMetadata } from './calls/metadata.js';
import { markRecords } from './calls/marks.js';
import { canStandIn, checkMembers, type FallbackStoreOptions, resolveFallbackOptions } from './options.js';
import { readKnown, readRecords } from './calls/reads.js';
import { removeGuild, removeRecords } from './calls/removals.js';
import { scanGuilds, scanRecords } from './calls/scans.js';
import { settleRecords } from './calls/settlements.js';
import { chainStatus } from './status.js';

/**
 * Stores in order, of which the first decides and the others stand in for it. The first must have claims and keep metadata of its own, and so must a mirror, which
 * takes over in an outage. A member that does not (a legacy adapter) is a witness: it gets every mark and may say "sent", and neither acknowledges nor says
 * "unsent" alone. A mirror belongs to one process.
 *
 * - A mark that was acknowledged is never offered again by this process, and is in the first store before that is believed again after an outage.
 * - While the first store is away, `NOT_AUTHORITATIVE` for a guild of which no mirror has all records, or that somebody else writes too.
 * - `forget`, `clearGuild` and `resolveUncertain(…, 'not-sent')` need every store, and say which is away (`STORE_UNAVAILABLE`).
 * - `ALL_STORES_FAILED` if no store can take a call.
 *
 * The members belong to the chain: `close` closes them.
 */
export class FallbackStore extends AbstractSentCodeStore {
  readonly supports: StoreSupport;
  readonly #context: CallContext;
  readonly #metadata: StoreMetadata;

  constructor(stores: readonly AbstractSentCodeStore[], options: FallbackStoreOptions = {}) {
    const first = checkMembers(stores);
    const settings = resolveFallbackOptions(options);
    super({ ...options, identity: first.identity }, 'FallbackStore');
    const keepers = stores.filter(canStandIn);
    this.supports = {
      claims: first.supports.claims,
      times: keepers.every((store) => store.supports.times),
      sources: keepers.every((store) => store.supports.sources),
      metadata: true,
      durable: keepers.every((store) => store.supports.durable),
    };
    const chain = new Chain(stores, this.options, settings);
    this.#context = { chain, background: new Background(chain) };
    this.#metadata = chainMetadata(this.#context);
  }

  /** Which members are up, in step, and what is pending. Looks at nothing but this process's memory. */
  status(): FallbackStatus {
    return chainStatus(this.#context.chain);
  }

  protected override get metadata(): StoreMetadata {
    return this.#metadata;
  }

  protected override readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return readRecords(this.#context, keys);
  }

  protected override readKnown(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return readKnown(this.#context, keys);
  }

  protected override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return markRecords(this.#context, marks);
  }

  protected override claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    return claimRecords(this.#context, claim);
  }

  protected override settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    return settleRecords(this.#context, changes);
  }

  protected override scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    return scanRecords(this.#context, scope);
  }

  protected override scanGuilds(): AsyncIterable<string> {
    return scanGuilds(this.#context);
  }

  protected override removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return removeRecords(this.#context, keys);
  }

  protected override removeGuild(guildId: string): Promise<number> {
    return removeGuild(this.#context, guildId);
  }

  /** Tries every member that is down, whatever its pause, and waits until the first store has what it lacks if it answers. */
  protected override async pingStore(): Promise<void> {
    const { chain, background } = this.#context;
    await background.wakeAll();
    if (!chain.first.up && !chain.mirrors.some((mirror) => mirror.up)) throw allFailed(chain);
  }

  protected override async openStore(): Promise<void> {
    const { chain, background } = this.#context;
    await chain.atMost(background.rejoin());
    // Members are reached side by side, each within the limit; what else there is to do may take longer, and goes on.
    await chain.atMost(background.rejoin());
    // Nobody can answer before one of them is there.
    if (!chain.first.up && !chain.mirrors.some((mirror) => mirror.up)) await background.opened();
    const misconfigured = chain.members.find((member) => !member.up && isMisconfigured(member.lastError));
    if (misconfigured !== undefined) throw misconfigured.lastError;
  }

  protected override async closeStore(): Promise<void> {
    await this.#context.background.stop();
  }

  /** Also of a chain that could not be opened. */
  override async close(): Promise<void> {
    await super.close();
    for (const member of this.#context.chain.members) {
      try {
        await member.close();
      } catch (error) {
        this.options.logger.warn(`${this.name}: ${member.name} did not close: ${errorText(error)}`);
      }
    }
  }
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
