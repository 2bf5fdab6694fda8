import { InvalidInputError, SentCodeStoreError } from '../contract/errors.js';
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
} from '../contract/results.js';
import type { SentCodeStore } from '../contract/store.js';
import type { StoreSupport } from '../contract/support.js';
import { checkBatch, checkCodes, type CodeKey, type GuildKeys, type SpelledKey } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import type { CodeRecord } from '../domain/record.js';
import { checkClaim, checkClaimOptions, checkDecision, checkMarkOptions, checkTakeOptions } from './arguments.js';
import { applyBaseline, baselineKey } from './baseline.js';
import { markBatch, type MarkValues, readBatch, selectCodes, statesOf } from './batches.js';
import { chunked } from './chunked.js';
import { claimsUnsupported, confirmClaim, makeClaim, releaseClaim, renewClaim } from './claims.js';
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
    this.#primitives = this.#collectPrimitives();
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

  /** The store's own facts. Only called where `supports.metadata`. */
  protected get metadata(): StoreMetadata {
    throw new SentCodeStoreError(
      'METADATA_UNSUPPORTED',
      `${this.name} keeps nothing but codes, so it cannot remember a baseline. Use a MongoStore or a JsonFileStore, or mark the codes with markSent.`,
    );
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

  async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    const batch = [this.#check(guildId, codes)];
    return selectCodes(batch, await readBatch(this.#primitives, batch), (record) => record === undefined)[0]?.codes ?? [];
  }

  async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    const checked = checkBatch(batch, this.identity);
    return selectCodes(checked, await readBatch(this.#primitives, checked), (record) => record === undefined);
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
    return makeClaim(this.#primitives, checked.guildId, checked.keys, { token: randomId(), messageId: randomId(), leaseMs });
  }

  async confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult> {
    const keys = this.#checkClaimed(claim, codes);
    const values = this.#markValues(options);
    this.#requireClaims();
    return confirmClaim(this.#primitives, claim, keys, values);
  }

  async renew(claim: Claim): Promise<Claim> {
    const keys = this.#checkClaimed(claim);
    this.#requireClaims();
    return renewClaim(this.#primitives, claim, keys);
  }

  async release(claim: Claim, outcome: 'not-sent' | 'uncertain', codes?: Codes): Promise<void> {
    const keys = this.#checkClaimed(claim, codes);
    checkDecision(outcome, 'outcome', ['not-sent', 'uncertain']);
    this.#requireClaims();
    await releaseClaim(this.#primitives, claim, outcome, keys);
  }

  async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<Claim[]> {
    const guild = checkGuildId(guildId);
    const { leaseMs = this.options.leaseMs, withinMs, codes } = checkTakeOptions(options);
    const wanted = codes && new Set(checkCodes(guild, codes, this.identity, 'options.codes').map(({ code }) => code));
    this.#requireClaims();
    return takeMessages(this.#primitives, guild, {
      leaseMs,
      newToken: this.options.randomId,
      ...(withinMs !== undefined && { withinMs }),
      ...(wanted && { codes: wanted }),
    });
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
    if (this.supports.claims === false) return 0;
    return resolveCodes(this.#primitives, keys, as, this.options.clock.now());
  }

  async baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult> {
    const { guildId: guild, keys } = this.#check(guildId, codes);
    const applied = await applyBaseline(this.#primitives, guild, keys, {
      by: this.options.randomId(),
      now: this.options.clock.now(),
    });
    return { applied, marked: applied ? keys.map(({ spelling }) => spelling) : [] };
  }

  async states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>> {
    const batch = [this.#check(guildId, codes)];
    return statesOf(batch, await readBatch(this.#primitives, batch))[0]?.states ?? new Map<string, CodeState>();
  }

  async statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]> {
    const checked = checkBatch(batch, this.identity);
    return statesOf(checked, await readBatch(this.#primitives, checked));
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
    return collectStats(this.#primitives.scanRecords({ guildId: checkGuildId(guildId) }));
  }

  async forget(guildId: GuildId, codes: Codes): Promise<number> {
    return this.#primitives.removeRecords(this.#check(guildId, codes).keys);
  }

  async clearGuild(guildId: GuildId): Promise<number> {
    const guild = checkGuildId(guildId);
    const removed = await this.#primitives.removeGuild(guild);
    // Last: while the baseline is there, a crash in between leaves a guild that is not taken for one without a past.
    if (this.supports.metadata) await this.#primitives.metadata.delete([baselineKey(guild)]);
    return removed;
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

  #checkClaimed(claim: Claim, codes?: Codes): readonly SpelledKey[] {
    checkClaim(claim);
    const guild = checkGuildId(claim.guildId, 'claim.guildId');
    const all = checkCodes(guild, claim.codes, this.identity, 'claim.codes');
    if (codes === undefined) return all;
    const own = new Set(all.map(({ code }) => code));
    const part = checkCodes(guild, codes, this.identity);
    const stranger = part.find(({ code }) => !own.has(code));
    if (stranger === undefined) return part;
    throw new InvalidInputError(
      'INVALID_CODES',
      'codes',
      `codes has ${JSON.stringify(stranger.spelling)}, which is not part of the claim.`,
    );
  }

  #markValues(options: MarkOptions | undefined): MarkValues {
    const { source = 'auto', sentAt } = checkMarkOptions(options);
    return { source, sentAt: sentAt === undefined ? this.options.clock.now() : sentAt.getTime() };
  }

  async #mark(batch: readonly GuildKeys[], options: MarkOptions | undefined): Promise<GuildMarkResult[]> {
    return markBatch(this.#primitives, batch, this.#markValues(options), { chunkSize: this.chunkSize, storeName: this.name });
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

  /** Every entrance to the store: open, counted, and cut into chunks. */
  #collectPrimitives(): StorePrimitives {
    const run = <T>(call: () => Promise<T>): Promise<T> => this.#lifecycle.run(call);
    const own: StorePrimitives = {
      readRecords: (keys) => run(() => this.readRecords(keys)),
      markRecords: (marks) => run(() => this.markRecords(marks)),
      claimRecords: (claim) => run(() => this.claimRecords(claim)),
      settleRecords: (changes) => run(() => this.settleRecords(changes)),
      removeRecords: (keys) => run(() => this.removeRecords(keys)),
      removeGuild: (guildId) => run(() => this.removeGuild(guildId)),
      scanRecords: (scope) => this.#lifecycle.iterate(() => this.scanRecords(scope)),
      scanGuilds: () => this.#lifecycle.iterate(() => this.scanGuilds()),
      pingStore: () => run(() => this.pingStore()),
      metadata: {
        get: (keys) => run(() => this.metadata.get(keys)),
        insert: (key, value) => run(() => this.metadata.insert(key, value)),
        set: (entries) => run(() => this.metadata.set(entries)),
        delete: (keys) => run(() => this.metadata.delete(keys)),
        list: (prefix) => this.#lifecycle.iterate(() => this.metadata.list(prefix)),
      },
    };
    return chunked(own, () => this.chunkSize);
  }
}
