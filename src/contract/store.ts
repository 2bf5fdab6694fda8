import type { Identity } from './identity.js';
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
} from './types.js';
import type { StoreSupport } from './support.js';

/**
 * Remembers which codes were sent to which guild.
 *
 * What holds for every method: input is checked before anything is written, and one bad code rejects the whole call
 * (`INVALID_GUILD_ID`, `INVALID_CODE`, `INVALID_CODES`, `INVALID_OPTION`). Codes come back in the caller's own spelling, first occurrence,
 * original order, without repeats. What cannot be known is an error, never "unsent". A write that resolved is durable as far as
 * {@link SentCodeStore.supports} says. After {@link SentCodeStore.close} every method rejects with `STORE_CLOSED`.
 */
export interface SentCodeStore {
  /** For log lines and errors. */
  readonly name: string;
  /** When two spellings are one code for this store. */
  readonly identity: Identity;
  /** What this store can do. */
  readonly supports: StoreSupport;

  /** The codes that are free: not sent, not claimed, not uncertain. */
  filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]>;
  /** Marks codes as sent. The first mark of a code wins; a later one changes nothing. Safe to repeat after any failure. */
  markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult>;
  /**
   * {@link SentCodeStore.filterUnsent} for many guilds in as few round trips as the store can. One entry for each entry of the batch, in its
   * order. A (guild, code) that the batch names twice is answered in its first entry only.
   */
  filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]>;
  /**
   * {@link SentCodeStore.markSent} for many guilds. One entry for each entry of the batch, in its order.
   * `PARTIALLY_MARKED` if a later chunk failed after an earlier one was acknowledged; the error carries what was.
   */
  markSentMany(batch: readonly GuildCodes[], options?: MarkOptions): Promise<GuildMarkResult[]>;

  /** Claims the free ones of some codes as one message. `CLAIMS_UNSUPPORTED` on a store without claims. */
  claim(guildId: GuildId, codes: Codes, options?: ClaimOptions): Promise<ClaimResult>;
  /** Records that the message went out, with all codes of the claim or those given. Sent always wins, even if the lease is long over. */
  confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult>;
  /**
   * Starts the lease again, for the codes that are not sent yet, which the returned claim names. `LEASE_LOST` if a code was taken over,
   * resolved or released, or if nothing is left to hold.
   */
  renew(claim: Claim): Promise<Claim>;
  /**
   * Gives codes back, all of the claim or those given: free again after `not-sent`, held as uncertain after `uncertain`. On a message that
   * was tried before (`attempt` above 1) `not-sent` speaks of the last try only, so its codes stay uncertain. A code that the claim
   * does not hold any more is left alone.
   */
  release(claim: Claim, outcome: 'not-sent' | 'uncertain', codes?: Codes): Promise<void>;
  /** Takes over uncertain messages for a retry, whole or not at all, under their old `messageId`. A message with a resolved member is held. */
  takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<Claim[]>;
  /** The codes whose message may have arrived, of one guild or of all. */
  listUncertain(guildId?: GuildId): AsyncIterable<UncertainCode>;
  /** Decides uncertain codes: marked as sent (source `manual`), or free again. Others are left alone. Resolves to the number decided. */
  resolveUncertain(guildId: GuildId, codes: Codes, as: 'sent' | 'not-sent'): Promise<number>;

  /**
   * Marks what exists today as sent without posting it (source `baseline`), once in a guild's life and only in a guild without records.
   * A baseline that a crash interrupted is completed by whoever calls next. `METADATA_UNSUPPORTED` on a store without metadata.
   */
  baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult>;

  /** The state of each code, in the caller's spelling and order. */
  states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>>;
  /** {@link SentCodeStore.states} for many guilds, in as few round trips as {@link SentCodeStore.filterUnsentMany}. */
  statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]>;
  /** Whether a code was sent. For people: only `filterUnsent` and `claim` decide what may be sent. */
  isSent(guildId: GuildId, code: string): Promise<boolean>;
  /** The codes that were sent to a guild, in no promised order. */
  listSent(guildId: GuildId): AsyncIterable<SentCode>;
  /** The guilds that have records, each once. */
  listGuilds(): AsyncIterable<string>;
  /** Figures of one guild. Reads all its records. */
  stats(guildId: GuildId): Promise<GuildStats>;

  /**
   * Forgets sent and uncertain codes, so that they count as new: for a code that was issued again. A code that someone is sending at this
   * moment is left alone. Resolves to the number forgotten.
   */
  forget(guildId: GuildId, codes: Codes): Promise<number>;
  /** Forgets all of a guild but what is being sent at this moment, and its baseline. Resolves to the number of codes forgotten. */
  clearGuild(guildId: GuildId): Promise<number>;

  /** Opens the store if it is not open, and asks it for a sign of life. Rejects with the reason if it cannot be used. */
  ping(): Promise<void>;
  /** Waits for the calls under way, then lets go of everything. May be called again. */
  close(): Promise<void>;
}
