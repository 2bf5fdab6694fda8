import type { Identity } from './identity.js';
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
} from './types.js';
import type {
  Claim,
  ClaimOptions,
  ClaimResult,
  ConfirmResult,
  ExpectedTry,
  TakenClaim,
  TakeUncertainOptions,
  UncertainCode,
} from './claims.js';
import type { StoreSupport } from './support.js';

/**
 * Remembers which codes were sent to which guild.
 *
 * What holds for every method:
 *
 * - Input is checked before anything is written. One bad code rejects the whole call
 *   (`INVALID_GUILD_ID`, `INVALID_CODE`, `INVALID_CODES`, `INVALID_OPTION`).
 * - Codes come back in the caller's own spelling, first occurrence, original order, without
 *   repeats.
 * - What cannot be known is an error, never "unsent".
 * - A write that resolved is as durable as {@link SentCodeStore.supports} says.
 * - After {@link SentCodeStore.close} every method rejects with `STORE_CLOSED`.
 */
export interface SentCodeStore {
  /** What log lines and errors call this store. */
  readonly name: string;
  /** When two spellings are one code for this store. */
  readonly identity: Identity;
  /** What this store can do. */
  readonly supports: StoreSupport;

  /**
   * The codes that are free: not sent, not claimed, not uncertain.
   *
   * @example
   * ```ts
   * const fresh = await store.filterUnsent(guildId, ['WOS0408', 'gogoWOS']);
   * ```
   */
  filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]>;
  /**
   * Marks codes as sent. The first mark of a code wins; a later one changes nothing. Safe to repeat
   * after any failure.
   *
   * @example
   * ```ts
   * const { marked, alreadySent } = await store.markSent(guildId, ['WOS0408'], { source: 'api' });
   * ```
   */
  markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult>;
  /**
   * {@link SentCodeStore.filterUnsent} for many guilds, in as few round trips as the store can. One
   * entry for each entry of the batch, in the same order. If the batch names a (guild, code) twice,
   * only the first of the two entries answers it.
   *
   * @example
   * ```ts
   * const guilds = ['1147956569271697518', '1133463326182080634'];
   * const fresh = await store.filterUnsentMany(guilds.map((guildId) => ({ guildId, codes })));
   * ```
   */
  filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]>;
  /**
   * {@link SentCodeStore.markSent} for many guilds. One entry for each entry of the batch, in the
   * same order. `PARTIALLY_MARKED` if a later chunk failed after an earlier one was acknowledged;
   * the error says which codes were marked.
   *
   * @example
   * ```ts
   * await store.markSentMany([{ guildId, codes }], { source: 'website' });
   * ```
   */
  markSentMany(batch: readonly GuildCodes[], options?: MarkOptions): Promise<GuildMarkResult[]>;

  /**
   * Claims the free codes among those given, as one message. `CLAIMS_UNSUPPORTED` on a store
   * without claims.
   *
   * @example
   * ```ts
   * const { claim } = await store.claim(guildId, codes);
   * if (claim) {
   *   await channel.send(claim.codes.join('\n'));
   *   await store.confirm(claim);
   * }
   * ```
   */
  claim(guildId: GuildId, codes: Codes, options?: ClaimOptions): Promise<ClaimResult>;
  /**
   * Records that the message went out, with all codes of the claim or with those given. Sent always
   * wins, even if the lease is long over.
   *
   * @example
   * ```ts
   * const { marked, leaseLost } = await store.confirm(claim);
   * ```
   */
  confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult>;
  /**
   * Starts the lease again for the codes that are not sent yet; the returned claim names them.
   * `LEASE_LOST` if a code was taken over, resolved or released, or if nothing is left to hold.
   *
   * @example
   * ```ts
   * const renewed = await store.renew(claim);
   * console.log(renewed.codes); // what is still to be sent
   * ```
   */
  renew(claim: Claim): Promise<Claim>;
  /**
   * Gives codes back, all of the claim or those given: free again after `not-sent`, held as
   * uncertain after `uncertain`.
   *
   * On a message that was tried before (`attempt` above 1), `not-sent` speaks of the last try only,
   * so the codes stay uncertain. `unsent` speaks of all tries: free again, whatever came before.
   * Say `unsent` only if the platform itself was asked. A code that the claim does not hold any
   * more is left alone.
   *
   * @example
   * ```ts
   * await store.release(claim, 'not-sent'); // the platform refused the message
   * ```
   */
  release(claim: Claim, outcome: 'not-sent' | 'uncertain' | 'unsent', codes?: Codes): Promise<void>;
  /**
   * Begins a message anew under its old `messageId`: the platform itself was asked, and no try has
   * arrived. The returned claim is a first try (`attempt` 1) with a full lease. `LEASE_LOST` as in
   * {@link SentCodeStore.renew}: then what the platform said is out of date.
   *
   * @example
   * ```ts
   * for (const taken of await store.takeUncertain(guildId, { purpose: 'ask' })) {
   *   const claim = await store.restart(taken); // the channel was read, and the message is not in it
   *   await channel.send({ content: claim.codes.join('\n'), nonce: claim.messageId, enforceNonce: true });
   *   await store.confirm(claim);
   * }
   * ```
   */
  restart(claim: Claim, options?: Pick<ClaimOptions, 'target'>): Promise<Claim>;
  /**
   * Takes over uncertain messages, under their old `messageId`: for a retry, or to ask the platform
   * whether they arrived (`purpose`). For a retry a message is taken whole or not at all: if one of
   * its codes was resolved, the message stays held.
   *
   * @example
   * ```ts
   * for (const claim of await store.takeUncertain(guildId, { withinMs: 120_000 })) {
   *   const { codes, messageId } = claim;
   *   await channel.send({ content: codes.join('\n'), nonce: messageId, enforceNonce: true });
   *   await store.confirm(claim);
   * }
   * ```
   */
  takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<TakenClaim[]>;
  /**
   * The codes whose message may have arrived, of one guild or of all.
   *
   * @example
   * ```ts
   * for await (const { code, attempt } of store.listUncertain(guildId)) console.log(code, attempt);
   * ```
   */
  listUncertain(guildId?: GuildId): AsyncIterable<UncertainCode>;
  /**
   * Decides uncertain codes: marked as sent (source `manual`), or free again. Codes that are not
   * uncertain are left alone. So are codes whose message or tries are not the `expected` ones: a
   * decision about the tries that somebody looked at says nothing of a later try. Resolves to the
   * number of codes decided.
   *
   * @example
   * ```ts
   * await store.resolveUncertain(guildId, ['WOS0408'], 'sent'); // somebody saw it in the channel
   * ```
   */
  resolveUncertain(guildId: GuildId, codes: Codes, as: 'sent' | 'not-sent', expected?: ExpectedTry): Promise<number>;

  /**
   * Marks what exists today as sent without posting it (source `baseline`), once in a guild's life
   * and only in a guild without records. If a crash interrupts a baseline, the next call completes
   * it. `METADATA_UNSUPPORTED` on a store without metadata.
   *
   * @example
   * ```ts
   * const { applied } = await store.baseline(guildId, codes);
   * ```
   */
  baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult>;

  /**
   * The state of each code, in the caller's spelling and order.
   *
   * @example
   * ```ts
   * const states = await store.states(guildId, ['WOS0408']);
   * console.log(states.get('WOS0408')); // 'absent', 'claimed', 'uncertain' or 'sent'
   * ```
   */
  states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>>;
  /**
   * {@link SentCodeStore.states} for many guilds, in as few round trips as
   * {@link SentCodeStore.filterUnsentMany}.
   *
   * @example
   * ```ts
   * const [first] = await store.statesMany([{ guildId, codes }]);
   * console.log(first?.states.get('WOS0408'));
   * ```
   */
  statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]>;
  /**
   * Whether a code was sent. For people: only `filterUnsent` and `claim` decide what may be sent.
   *
   * @example
   * ```ts
   * if (await store.isSent(guildId, 'wos0408')) console.log('This server had it already.');
   * ```
   */
  isSent(guildId: GuildId, code: string): Promise<boolean>;
  /**
   * What is kept of codes that were sent, by code in the caller's spelling and order. A code that
   * was not sent is not in it.
   *
   * @example
   * ```ts
   * const sent = await store.getSent(guildId, ['WOS0408']);
   * console.log(sent.get('WOS0408')?.receipt); // what `receiptOf` made of the platform's answer
   * ```
   */
  getSent(guildId: GuildId, codes: Codes): Promise<Map<string, SentCode>>;
  /**
   * The codes that were sent to a guild. The order is not promised.
   *
   * @example
   * ```ts
   * for await (const { code, sentAt } of store.listSent(guildId)) console.log(code, sentAt);
   * ```
   */
  listSent(guildId: GuildId): AsyncIterable<SentCode>;
  /**
   * The guilds that have records, each once.
   *
   * @example
   * ```ts
   * for await (const guildId of store.listGuilds()) {
   *   console.log(guildId, await store.stats(guildId));
   * }
   * ```
   */
  listGuilds(): AsyncIterable<string>;
  /**
   * Figures of one guild. Reads all records of the guild.
   *
   * @example
   * ```ts
   * const { total, lastSentAt } = await store.stats(guildId);
   * ```
   */
  stats(guildId: GuildId): Promise<GuildStats>;

  /**
   * Forgets sent and uncertain codes, so that they count as new: for a code that was issued again.
   * A code that is claimed at this moment is left alone. Resolves to the number of codes forgotten.
   *
   * @example
   * ```ts
   * await store.forget(guildId, ['WOS0408']);
   * ```
   */
  forget(guildId: GuildId, codes: Codes): Promise<number>;
  /**
   * Forgets all codes of a guild, and its baseline. Codes that are claimed at this moment are left
   * alone. Resolves to the number of codes forgotten.
   *
   * @example
   * ```ts
   * await store.clearGuild(guildId); // the bot was removed from the server
   * ```
   */
  clearGuild(guildId: GuildId): Promise<number>;

  /**
   * Opens the store if it is not open, and asks it for a sign of life. Rejects with the reason if
   * the store cannot be used.
   *
   * @example
   * ```ts
   * await store.ping(); // at the start of the bot, so that a wrong path or URI is noticed at once
   * ```
   */
  ping(): Promise<void>;
  /**
   * Waits for the calls under way, then lets go of everything. May be called again.
   *
   * @example
   * ```ts
   * process.once('SIGTERM', () => void store.close());
   * ```
   */
  close(): Promise<void>;
}
