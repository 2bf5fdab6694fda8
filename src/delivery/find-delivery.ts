import type { Identity } from '../contract/identity.js';
import type { DeliveryOutcome } from '../contract/types.js';

/**
 * Asks the platform whether a message that may have arrived is there.
 *
 * Answer `sent` only for a message that was found, and `not-sent` only if everything was read in
 * which the message could be: an empty answer from somebody who may not read is no evidence. Answer
 * `uncertain` for all else. An exception, and any answer that is none of these, count as
 * `uncertain`. The call has 30 s; then `signal` fires, and the answer counts as `uncertain`.
 */
export type FindDelivery<T> = (message: UncertainMessage<T>) => Promise<DeliveryOutcome | DeliveryEvidence>;

/** What the platform says of a message that may have arrived. */
export interface DeliveryEvidence {
  /** Whether the message arrived. */
  readonly outcome: DeliveryOutcome;
  /** With `sent`: what the platform calls the message. Kept with the marks. */
  readonly receipt?: string;
  /** With `sent`: when the message arrived. Default: the end of the last try. */
  readonly sentAt?: Date;
  /** Why, for people. Only reported. */
  readonly reason?: string;
}

/** A message that may have arrived, as {@link FindDelivery} is told of it. */
export interface UncertainMessage<T> {
  /** The guild, as a string. */
  readonly guildId: string;
  /** Names the message: the same through all its tries. */
  readonly messageId: string;
  /** Where the message was tried, as `target` was then. `undefined`: not told, so not known. */
  readonly target: string | undefined;
  /** All codes that are left of the message, as their first claimant wrote them. */
  readonly codes: readonly string[];
  /**
   * Number of codes that the message was tried with. More than `codes` has if some of them were
   * decided already: then the message on the platform may be recorded with those.
   */
  readonly size: number;
  /** The items of those codes that are offered now. */
  readonly items: readonly T[];
  /** When the first try began, by the clock of this process; `null` where it is not known. */
  readonly firstTriedAt: Date | null;
  /** When the last try ended, by the clock of this process; `null` where it is not known. */
  readonly lastTriedAt: Date | null;
  /** How often the message was tried. */
  readonly attempt: number;
  /** How long after a try its request may still arrive, in ms: the option `settleMs`. */
  readonly settleMs: number;
  /** When two spellings are one code for the store. */
  readonly identity: Identity;
  /**
   * Whether the guild has a mark with this receipt: then the message on the platform is another
   * one. The first call reads all marks of the guild.
   */
  readonly isRecorded: (receipt: string) => Promise<boolean>;
  /** Fires when the answer is not waited for any more. */
  readonly signal: AbortSignal;
}
