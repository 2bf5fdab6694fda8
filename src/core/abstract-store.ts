import type { Identity } from '../contract/identity.js';
import type {
  BaselineResult,
  Codes,
  CodeState,
  GuildCodes,
  GuildId,
  GuildMarkResult,
  GuildStates,
  GuildStats,
  MarkOptions,
  MarkSentResult,
  SentCode,
} from '../contract/types.js';
import type {
  Claim,
  ClaimOptions,
  ClaimResult,
  ConfirmResult,
  ExpectedTry,
  TakenClaim,
  TakeUncertainOptions,
  UncertainCode,
} from '../contract/claims.js';
import type { SentCodeStore } from '../contract/store.js';
import type { StoreSupport } from '../contract/support.js';
import { checkCodes, type GuildKeys } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import { triesOf } from '../domain/record.js';
import {
  checkClaimedCodes,
  checkClaimOptions,
  checkDecision,
  checkExpected,
  checkRestartOptions,
  checkTakeOptions,
} from './arguments.js';
import { applyBaseline, removeBaseline } from './baseline.js';
import { markBatch, readBatch, selectCodes, statesOf } from './batches.js';
import { CallInput } from './call-input.js';
import { chunked } from './chunked.js';
import { claimsUnsupported, confirmClaim, makeClaim, releaseClaim, renewClaim, restartClaim } from './claims.js';
import { guarded } from './guarded.js';
import { checkIdentityName } from './identity-name.js';
import { Lifecycle } from './lifecycle.js';
import { wereJustLookedUp } from './look-up-hint.js';
import { type ResolvedStoreOptions, resolveStoreOptions, type StoreOptions } from './options.js';
import type { ScanScope, StoreDriver, StorePrimitives } from './driver.js';
import { type OwnPrimitives, PRIMITIVES } from './primitives-of.js';
import { derivedPrimitives } from './derived-primitives.js';
import { toSentCode } from './sent-code.js';
import { collectStats } from './stats.js';
import { traced } from './traced.js';
import { resolveCodes, takeMessages } from './uncertain.js';

/**
 * The base of every store: checks and normalises input, cuts batches into chunks, opens before the
 * first call and closes after the last, and derives every public method from the
 * {@link StoreDriver} that a store hands over.
 */
export abstract class AbstractSentCodeStore<D extends StoreDriver = StoreDriver> implements SentCodeStore {
  readonly name: string;
  readonly identity: Identity;
  readonly supports: StoreSupport;
  /** @internal For a store that is built of others. */
  readonly [PRIMITIVES]: OwnPrimitives;
  /** {@link StoreOptions} with nothing left open. */
  protected readonly options: ResolvedStoreOptions;
  /** The driver that the store handed over. */
  protected readonly driver: D;
  readonly #chunkSize: number;
  readonly #lifecycle: Lifecycle;
  /** For use inside {@link AbstractSentCodeStore.#run}, where the store is open and counted. */
  readonly #steps: StorePrimitives;
  readonly #primitives: StorePrimitives;
  readonly #input: CallInput;

  /**
   * @param driver - makes the driver; called once, before the constructor returns
   * @param defaultName - the store's name in log lines and errors. `options.name` replaces it
   */
  constructor(driver: (options: ResolvedStoreOptions) => D, options: StoreOptions, defaultName: string) {
    this.options = resolveStoreOptions(options, defaultName);
    this.name = this.options.name;
    this.identity = this.options.identity;
    this.#input = new CallInput(this.options);
    this.driver = driver(this.options);
    this.supports = this.driver.supports;
    this.#chunkSize = this.driver.chunkSize ?? DEFAULT_CHUNK_SIZE;
    this.#lifecycle = new Lifecycle(
      this.name,
      () => this.#open(),
      async () => this.driver.close?.(),
    );
    this.#steps = chunked(traced(derivedPrimitives(this.driver, this.name), this.name), this.#chunkSize);
    this.#primitives = guarded(this.#steps, this.#lifecycle);
    this[PRIMITIVES] = { owner: this, primitives: this.#primitives };
  }

  async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    const [result] = await this.#filter([this.#input.keys(guildId, codes)]);
    return result?.codes ?? [];
  }

  async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    return this.#filter(this.#input.batch(batch));
  }

  async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    const [result] = await this.#mark([this.#input.keys(guildId, codes)], options);
    return { marked: result?.marked ?? [], alreadySent: result?.alreadySent ?? [] };
  }

  async markSentMany(batch: readonly GuildCodes[], options?: MarkOptions): Promise<GuildMarkResult[]> {
    return this.#mark(this.#input.batch(batch), options);
  }

  async claim(guildId: GuildId, codes: Codes, options?: ClaimOptions): Promise<ClaimResult> {
    const checked = this.#input.keys(guildId, codes);
    const { leaseMs = this.options.leaseMs, target } = checkClaimOptions(options);
    this.#requireClaims();
    const { randomId } = this.options;
    const own = { token: randomId(), messageId: randomId(), leaseMs, target, wasLookedUp: wereJustLookedUp(options) };
    return this.#run((store) => makeClaim(store, checked.guildId, checked.keys, own));
  }

  async confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult> {
    const keys = checkClaimedCodes(claim, codes, this.identity);
    const values = this.#input.markValues(options);
    this.#requireClaims();
    return this.#run((store) => confirmClaim(store, claim, keys, values));
  }

  async renew(claim: Claim): Promise<Claim> {
    const keys = checkClaimedCodes(claim, undefined, this.identity);
    this.#requireClaims();
    return this.#run((store) => renewClaim(store, claim, keys));
  }

  async release(claim: Claim, outcome: 'not-sent' | 'uncertain' | 'unsent', codes?: Codes): Promise<void> {
    const keys = checkClaimedCodes(claim, codes, this.identity);
    checkDecision(outcome, 'outcome', ['not-sent', 'uncertain', 'unsent']);
    this.#requireClaims();
    await this.#run((store) => releaseClaim(store, claim, outcome, keys));
  }

  async restart(claim: Claim, options?: Pick<ClaimOptions, 'target'>): Promise<Claim> {
    const keys = checkClaimedCodes(claim, undefined, this.identity);
    const checked = checkRestartOptions(options);
    this.#requireClaims();
    return this.#run((store) => restartClaim(store, claim, keys, checked));
  }

  async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<TakenClaim[]> {
    const guild = checkGuildId(guildId);
    const { leaseMs = this.options.leaseMs, withinMs, codes, messageId, purpose } = checkTakeOptions(options);
    const wanted = codes === undefined ? undefined : checkCodes(guild, codes, this.identity, 'options.codes');
    this.#requireClaims();
    const identities = wanted && new Set(wanted.map(({ code }) => code));
    const asks = purpose === 'ask';
    const request = { leaseMs, withinMs, messageId, asks, codes: identities, newToken: this.options.randomId };
    return this.#run((store) => takeMessages(store, guild, request));
  }

  async *listUncertain(guildId?: GuildId): AsyncGenerator<UncertainCode, void, undefined> {
    const scope: ScanScope = guildId === undefined ? { held: true } : { guildId: checkGuildId(guildId), held: true };
    for await (const { guildId: guild, code, record } of this.#primitives.scanRecords(scope)) {
      if (record.state !== 'uncertain') continue;
      const { spelling, messageId, size, target = null, ageMs, idleMs } = record;
      yield { guildId: guild, code, spelling, messageId, attempt: triesOf(record), size, target, ageMs, idleMs };
    }
  }

  async resolveUncertain(guildId: GuildId, codes: Codes, as: 'sent' | 'not-sent', expected?: ExpectedTry): Promise<number> {
    const { keys } = this.#input.keys(guildId, codes);
    checkDecision(as, 'as', ['sent', 'not-sent']);
    const decision = { as, expected: checkExpected(expected), now: this.options.clock.now() };
    return this.#run((store) => resolveCodes(store, keys, decision));
  }

  async baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult> {
    const { guildId: guild, keys } = this.#input.keys(guildId, codes);
    const context = { by: this.options.randomId(), now: this.options.clock.now() };
    const applied = await this.#run((store) => applyBaseline(store, guild, keys, context));
    return { applied, marked: applied ? keys.map(({ spelling }) => spelling) : [] };
  }

  async states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>> {
    const [result] = await this.#states([this.#input.keys(guildId, codes)]);
    return result?.states ?? new Map<string, CodeState>();
  }

  async statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]> {
    return this.#states(this.#input.batch(batch));
  }

  async isSent(guildId: GuildId, code: string): Promise<boolean> {
    const { keys } = this.#input.keys(guildId, [code]);
    const [record] = await this.#primitives.readRecords(keys);
    return record?.state === 'sent';
  }

  async getSent(guildId: GuildId, codes: Codes): Promise<Map<string, SentCode>> {
    const { keys } = this.#input.keys(guildId, codes);
    const records = await this.#primitives.readRecords(keys);
    const sent = keys.map((key, index) => [key.spelling, toSentCode(key, records[index])] as const);
    return new Map(sent.flatMap(([spelling, code]) => (code === undefined ? [] : [[spelling, code]])));
  }

  async *listSent(guildId: GuildId): AsyncGenerator<SentCode, void, undefined> {
    const guild = checkGuildId(guildId);
    for await (const { code, record } of this.#primitives.scanRecords({ guildId: guild })) {
      const sent = toSentCode({ guildId: guild, code }, record);
      if (sent !== undefined) yield sent;
    }
  }

  async *listGuilds(): AsyncGenerator<string, void, undefined> {
    yield* this.#primitives.scanGuilds();
  }

  async stats(guildId: GuildId): Promise<GuildStats> {
    const guild = checkGuildId(guildId);
    return this.#run((store) => collectStats(store.scanRecords({ guildId: guild })));
  }

  async forget(guildId: GuildId, codes: Codes): Promise<number> {
    return this.#primitives.removeRecords(this.#input.keys(guildId, codes).keys);
  }

  async clearGuild(guildId: GuildId): Promise<number> {
    const guild = checkGuildId(guildId);
    return this.#run(async (store) => {
      const removed = await store.removeGuild(guild);
      // The baseline goes last. A crash in between leaves a guild with a baseline, which nobody
      // takes for a new guild.
      if (this.supports.metadata) await removeBaseline(store, guild);
      return removed;
    });
  }

  async ping(): Promise<void> {
    await this.#primitives.pingStore();
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  async #mark(batch: readonly GuildKeys[], options: MarkOptions | undefined): Promise<GuildMarkResult[]> {
    const values = this.#input.markValues(options);
    return this.#run((store) => markBatch(store, batch, values, { chunkSize: this.#chunkSize, storeName: this.name }));
  }

  #filter(batch: readonly GuildKeys[]): Promise<GuildCodes<string[]>[]> {
    return this.#run(async (store) => selectCodes(batch, await readBatch(store, batch), (record) => record === undefined));
  }

  #states(batch: readonly GuildKeys[]): Promise<GuildStates[]> {
    return this.#run(async (store) => statesOf(batch, await readBatch(store, batch)));
  }

  #requireClaims(): void {
    if (this.supports.claims === false) throw claimsUnsupported(this.name);
  }

  async #open(): Promise<void> {
    await this.driver.open?.();
    if (!this.supports.metadata) return;
    try {
      await checkIdentityName(this.#steps.metadata, this.identity.name, this.name);
    } catch (error) {
      await this.driver.close?.();
      throw error;
    }
  }

  /** Runs a call of several steps as one: `close` waits for the last of them. */
  #run<T>(call: (store: StorePrimitives) => Promise<T>): Promise<T> {
    return this.#lifecycle.run(() => call(this.#steps));
  }
}

/** The most keys in one call of a driver. */
const DEFAULT_CHUNK_SIZE = 1000;
