import { SentCodeStoreError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type {
  BaselineResult,
  Claim,
  ClaimOptions,
  ClaimResult,
  Codes,
  CodeState,
  ConfirmResult,
  GuildCodes,
  GuildId,
  GuildMarkResult,
  GuildStates,
  GuildStats,
  MarkOptions,
  MarkSentResult,
  SentCode,
  TakeUncertainOptions,
  UncertainCode,
} from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import type { StoreSupport } from '../contract/support.js';
import { checkBatch, checkCodes, type CodeKey, type GuildKeys } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import type { CodeRecord } from '../domain/record.js';
import { checkClaimedCodes, checkClaimOptions, checkDecision, checkMarkOptions, checkTakeOptions } from './arguments.js';
import { applyBaseline, baselineKey } from './baseline.js';
import { markBatch, type MarkValues, readBatch, selectCodes, statesOf } from './batches.js';
import { chunked } from './chunked.js';
import { claimsUnsupported, confirmClaim, makeClaim, releaseClaim, renewClaim } from './claims.js';
import { guarded } from './guarded.js';
import { checkIdentityName } from './identity-name.js';
import { Lifecycle } from './lifecycle.js';
import { type ResolvedStoreOptions, resolveStoreOptions, type StoreOptions } from './options.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreMetadata, StorePrimitives } from './primitives.js';
import { collectStats } from './stats.js';
import { resolveCodes, takeMessages } from './uncertain.js';

/**
 * The base of every store: checks and normalises input, cuts batches into chunks, opens before the first call and closes after the last,
 * and derives every public method from the few protected ones that a store writes. What those must do is said in {@link StorePrimitives}.
 */
export abstract class AbstractSentCodeStore implements SentCodeStore {
  readonly name: string;
  readonly identity: Identity;
  abstract readonly supports: StoreSupport;
  /** {@link StoreOptions} with nothing left open. */
  protected readonly options: ResolvedStoreOptions;
  /** The most keys that a store is handed at once. */
  protected readonly chunkSize: number = 1000;
  readonly #lifecycle: Lifecycle;
  /** For use inside {@link AbstractSentCodeStore.#run}. */
  readonly #steps: StorePrimitives;
  readonly #primitives: StorePrimitives;

  constructor(options: StoreOptions, defaultName: string) {
    this.options = resolveStoreOptions(options, defaultName);
    this.name = this.options.name;
    this.identity = this.options.identity;
    this.#lifecycle = new Lifecycle(
      this.name,
      () => this.#open(),
      () => this.closeStore(),
    );
    this.#steps = this.#collectSteps();
    this.#primitives = guarded(this.#steps, this.#lifecycle);
  }

  /** The record under each key. See {@link StorePrimitives.readRecords}. */
  protected abstract readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /** Makes marks. See {@link StorePrimitives.markRecords}. */
  protected abstract markRecords(marks: readonly Mark[]): Promise<readonly boolean[]>;
  /** Streams records. See {@link StorePrimitives.scanRecords}. */
  protected abstract scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord>;
  /** Forgets codes. See {@link StorePrimitives.removeRecords}. */
  protected abstract removeRecords(keys: readonly CodeKey[]): Promise<number>;
  /** Forgets a guild. See {@link StorePrimitives.removeGuild}. */
  protected abstract removeGuild(guildId: string): Promise<number>;

  /** Makes a claim. Only called where `supports.claims`. See {@link StorePrimitives.claimRecords}. */
  protected claimRecords(_claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    return Promise.reject(claimsUnsupported(this.name));
  }

  /** Changes held codes. Only called where `supports.claims`. See {@link StorePrimitives.settleRecords}. */
  protected settleRecords(_changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    return Promise.reject(claimsUnsupported(this.name));
  }

  /** The store's own metadata. Only called where `supports.metadata`. */
  protected get metadata(): StoreMetadata {
    throw new SentCodeStoreError(
      'METADATA_UNSUPPORTED',
      `${this.name} keeps nothing but codes, so it cannot remember a baseline. Use a MongoStore or a JsonFileStore, or mark the codes with markSent.`,
    );
  }

  /** What is known, for a caller who marks the codes whatever it is. See {@link StorePrimitives.readKnown}. */
  protected readKnown(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return this.readRecords(keys);
  }

  /** Guilds with records; derived from a scan of everything unless a store has a shorter way. */
  protected async *scanGuilds(): AsyncIterable<string> {
    const seen = new Set<string>();
    for await (const { guildId } of this.scanRecords({})) {
      if (seen.has(guildId)) continue;
      seen.add(guildId);
      yield guildId;
    }
  }

  /** Opens the store before its first call. Cleans up after itself if it fails; it is called again by the next call then. */
  protected async openStore(): Promise<void> {
    // Nothing to open in a store that does not say otherwise.
  }

  /** A sign of life. */
  protected async pingStore(): Promise<void> {
    // To be open is a sign of life in a store that does not say otherwise.
  }

  /**
   * Moves stored data that does not make sense out of the way, keeps it for a person, and leaves the store as one that opens again at its next
   * call, with what could be saved. Resolves to where the damaged data is.
   */
  protected setAsideDamaged?(): Promise<string>;

  /** Lets go of everything. Called once, after the last call, and only if the store was opened. */
  protected async closeStore(): Promise<void> {
    // Nothing to let go of in a store that does not say otherwise.
  }

  /**
   * The primitives of a store, open before each call and counted by `close`, for batches of any length: how a store that is built of others
   * (a chain, a copy) reaches its members.
   */
  static primitivesOf(store: AbstractSentCodeStore): StorePrimitives {
    return store.#primitives;
  }

  /**
   * Moves a store's damaged data out of the way, for a composition that can fill the store again. Resolves to where the data is, `undefined` if the
   * store has no way to do it.
   */
  static async setAsideDamaged(store: AbstractSentCodeStore): Promise<string | undefined> {
    return store.setAsideDamaged?.();
  }

  async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    const [result] = await this.#filter([this.#check(guildId, codes)]);
    return result?.codes ?? [];
  }

  async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    return this.#filter(checkBatch(batch, this.identity));
  }

  async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    const [result] = await this.#mark([this.#check(guildId, codes)], options);
    return { marked: result?.marked ?? [], alreadySent: result?.alreadySent ?? [] };
  }

  async markSentMany(batch: readonly GuildCodes[], options?: MarkOptions): Promise<GuildMarkResult[]> {
    return this.#mark(checkBatch(batch, this.identity), options);
  }

  async claim(guildId: GuildId, codes: Codes, options?: ClaimOptions): Promise<ClaimResult> {
    const checked = this.#check(guildId, codes);
    const { leaseMs = this.options.leaseMs } = checkClaimOptions(options);
    this.#requireClaims();
    const { randomId } = this.options;
    const own = { token: randomId(), messageId: randomId(), leaseMs };
    return this.#run((store) => makeClaim(store, checked.guildId, checked.keys, own));
  }

  async confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult> {
    const keys = checkClaimedCodes(claim, codes, this.identity);
    const values = this.#markValues(options);
    this.#requireClaims();
    return this.#run((store) => confirmClaim(store, claim, keys, values));
  }

  async renew(claim: Claim): Promise<Claim> {
    const keys = checkClaimedCodes(claim, undefined, this.identity);
    this.#requireClaims();
    return this.#run((store) => renewClaim(store, claim, keys));
  }

  async release(claim: Claim, outcome: 'not-sent' | 'uncertain', codes?: Codes): Promise<void> {
    const keys = checkClaimedCodes(claim, codes, this.identity);
    checkDecision(outcome, 'outcome', ['not-sent', 'uncertain']);
    this.#requireClaims();
    await this.#run((store) => releaseClaim(store, claim, outcome, keys));
  }

  async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<Claim[]> {
    const guild = checkGuildId(guildId);
    const { leaseMs = this.options.leaseMs, withinMs, codes } = checkTakeOptions(options);
    const wanted = codes === undefined ? undefined : checkCodes(guild, codes, this.identity, 'options.codes');
    this.#requireClaims();
    const identities = wanted && new Set(wanted.map(({ code }) => code));
    const request = { leaseMs, withinMs, codes: identities, newToken: this.options.randomId };
    return this.#run((store) => takeMessages(store, guild, request));
  }

  async *listUncertain(guildId?: GuildId): AsyncGenerator<UncertainCode, void, undefined> {
    const scope: ScanScope = guildId === undefined ? { held: true } : { guildId: checkGuildId(guildId), held: true };
    for await (const { guildId: guild, code, record } of this.#primitives.scanRecords(scope)) {
      if (record.state !== 'uncertain') continue;
      const { spelling, messageId, attempt, ageMs } = record;
      yield { guildId: guild, code, spelling, messageId, attempt, ageMs };
    }
  }

  async resolveUncertain(guildId: GuildId, codes: Codes, as: 'sent' | 'not-sent'): Promise<number> {
    const { keys } = this.#check(guildId, codes);
    checkDecision(as, 'as', ['sent', 'not-sent']);
    return this.#run((store) => resolveCodes(store, keys, as, this.options.clock.now()));
  }

  async baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult> {
    const { guildId: guild, keys } = this.#check(guildId, codes);
    const context = { by: this.options.randomId(), now: this.options.clock.now() };
    const applied = await this.#run((store) => applyBaseline(store, guild, keys, context));
    return { applied, marked: applied ? keys.map(({ spelling }) => spelling) : [] };
  }

  async states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>> {
    const [result] = await this.#states([this.#check(guildId, codes)]);
    return result?.states ?? new Map<string, CodeState>();
  }

  async statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]> {
    return this.#states(checkBatch(batch, this.identity));
  }

  async isSent(guildId: GuildId, code: string): Promise<boolean> {
    const { keys } = this.#check(guildId, [code]);
    const [record] = await this.#primitives.readRecords(keys);
    return record?.state === 'sent';
  }

  async *listSent(guildId: GuildId): AsyncGenerator<SentCode, void, undefined> {
    const guild = checkGuildId(guildId);
    for await (const { code, record } of this.#primitives.scanRecords({ guildId: guild })) {
      if (record.state !== 'sent') continue;
      yield { guildId: guild, code, source: record.source, sentAt: record.sentAt === null ? null : new Date(record.sentAt) };
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
    return this.#primitives.removeRecords(this.#check(guildId, codes).keys);
  }

  async clearGuild(guildId: GuildId): Promise<number> {
    const guild = checkGuildId(guildId);
    return this.#run(async (store) => {
      const removed = await store.removeGuild(guild);
      // Last: while the baseline is there, a crash in between leaves a guild that is not taken for one without a past.
      if (this.supports.metadata) await store.metadata.delete([baselineKey(guild)]);
      return removed;
    });
  }

  async ping(): Promise<void> {
    await this.#primitives.pingStore();
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  #check(guildId: GuildId, codes: Codes): GuildKeys {
    const guild = checkGuildId(guildId);
    return { guildId: guild, keys: checkCodes(guild, codes, this.identity) };
  }

  #markValues(options: MarkOptions | undefined): MarkValues {
    const { source = 'auto', sentAt } = checkMarkOptions(options);
    return { source, sentAt: sentAt === undefined ? this.options.clock.now() : sentAt.getTime() };
  }

  async #mark(batch: readonly GuildKeys[], options: MarkOptions | undefined): Promise<GuildMarkResult[]> {
    const values = this.#markValues(options);
    return this.#run((store) => markBatch(store, batch, values, { chunkSize: this.chunkSize, storeName: this.name }));
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
    await this.openStore();
    if (!this.supports.metadata) return;
    try {
      await checkIdentityName(this.metadata, this.identity.name, this.name);
    } catch (error) {
      await this.closeStore();
      throw error;
    }
  }

  /** Runs a call of several steps as one: `close` waits for the last of them. */
  #run<T>(call: (store: StorePrimitives) => Promise<T>): Promise<T> {
    return this.#lifecycle.run(() => call(this.#steps));
  }

  /** What the store writes, cut into chunks. */
  #collectSteps(): StorePrimitives {
    const metadata = (): StoreMetadata => this.metadata;
    const own: StorePrimitives = {
      readRecords: (keys) => this.readRecords(keys),
      readKnown: (keys) => this.readKnown(keys),
      markRecords: (marks) => this.markRecords(marks),
      claimRecords: (claim) => this.claimRecords(claim),
      settleRecords: (changes) => this.settleRecords(changes),
      removeRecords: (keys) => this.removeRecords(keys),
      removeGuild: (guildId) => this.removeGuild(guildId),
      scanRecords: (scope) => this.scanRecords(scope),
      scanGuilds: () => this.scanGuilds(),
      pingStore: () => this.pingStore(),
      get metadata() {
        return metadata();
      },
    };
    return chunked(own, () => this.chunkSize);
  }
}
