import type { Codes } from './types.js';

/**
 * The exclusive right to send some codes to one guild as one message, until its lease ends. A claim
 * is a plain value: it may be kept, logged, or handed to another function, and means the same to
 * every store on the same data.
 */
export interface Claim {
  /** The guild, as a string. */
  readonly guildId: string;
  /** The codes, as the first claimant wrote them, in the order of the message. */
  readonly codes: readonly string[];
  /** Random. Every later step compares the token. */
  readonly token: string;
  /**
   * Names the message. Survives retries and takeovers, so a nonce made from the id stays the same.
   */
  readonly messageId: string;
  /** Length of the lease in ms, from the last claim or renewal. */
  readonly leaseMs: number;
  /**
   * 1 for the first try of this message, and for the first one after it was begun anew. More for a
   * retry: an earlier try may have arrived.
   */
  readonly attempt: number;
  /** Where in the guild the message is tried, as the first claimant told it. */
  readonly target?: string;
}

/** A claim on a message that may have arrived: see {@link SentCodeStore.takeUncertain}. */
export interface TakenClaim extends Claim {
  /**
   * Number of codes that the message was tried with. More than `codes` has, if some of them were
   * decided on their own.
   */
  readonly size: number;
  /** Age of the first try in ms, by the store's clock; `null` where it is not known. */
  readonly ageMs: number | null;
  /**
   * How long ago the last try ended, in ms by the store's clock. `null` in a claim for a retry,
   * which begins a try, and where the end is not known.
   */
  readonly idleMs: number | null;
}

/** Options of a claim. */
export interface ClaimOptions {
  /**
   * Length of the lease in ms, 1 000 to 86 400 000 (a day). Default: the store's `leaseMs`, 60 000
   * ms.
   */
  readonly leaseMs?: number;
  /**
   * Where in the guild the message is sent to, 1 to 200 characters; on Discord the id of the
   * channel or thread. Kept for as long as the code is claimed or uncertain. Default: not kept.
   */
  readonly target?: string;
}

/**
 * Which of the codes the caller may send now, and why not the others. Codes are in the caller's
 * spelling.
 */
export interface ClaimResult {
  /** The claim on all codes of `claimed`. Absent when `claimed` is empty. */
  readonly claim?: Claim;
  /** Codes that only the caller may send. */
  readonly claimed: string[];
  /** Codes that were sent before. */
  readonly alreadySent: string[];
  /**
   * Codes that somebody else may be sending at this moment, perhaps another task of this process.
   */
  readonly heldElsewhere: string[];
  /**
   * Codes whose message may have arrived. See {@link SentCodeStore.takeUncertain} and
   * {@link SentCodeStore.resolveUncertain}.
   */
  readonly uncertain: string[];
}

/** What a confirm did. Codes are in the claim's spelling. */
export interface ConfirmResult {
  /** Codes that this call marked. */
  readonly marked: string[];
  /** Codes that were marked before, by somebody else or by an earlier confirm of this claim. */
  readonly alreadySent: string[];
  /**
   * Whether the claim had lost a code. The marks are made all the same: evidence of a post is never
   * refused.
   */
  readonly leaseLost: boolean;
}

/** Options of {@link SentCodeStore.takeUncertain}. */
export interface TakeUncertainOptions extends Pick<ClaimOptions, 'leaseMs'> {
  /**
   * What for. Default: `retry`.
   *
   * - `retry`: to send the message again. `attempt` grows. Only whole messages.
   * - `ask`: to ask the platform whether the message arrived. That is no try: `attempt` and the end
   *   of the last try stay. Also messages of which only a part is left.
   */
  readonly purpose?: 'retry' | 'ask';
  /** Take only this message. Default: all messages. */
  readonly messageId?: string;
  /** Take only messages that consist of these codes. Default: all messages. */
  readonly codes?: Codes;
  /**
   * Take only messages whose first try is at most this many ms ago, by the store's clock. Default:
   * any age.
   */
  readonly withinMs?: number;
}

/** A code whose message may have arrived. */
export interface UncertainCode {
  /** The guild, as a string. */
  readonly guildId: string;
  /** The code's identity. */
  readonly code: string;
  /** The code as the claimant wrote it. */
  readonly spelling: string;
  /** The message that the code was part of. */
  readonly messageId: string;
  /** How often the message was tried, also before it was begun anew: it never goes back. */
  readonly attempt: number;
  /** Number of codes that the message was tried with. */
  readonly size: number;
  /** Where in the guild the message was tried; `null` where it was not told. */
  readonly target: string | null;
  /** Age of the first try in ms, by the store's clock; `null` where it is not known. */
  readonly ageMs: number | null;
  /** How long ago the last try ended, in ms by the store's clock; `null` where it is not known. */
  readonly idleMs: number | null;
}

/** Which tries of a message a decision is about: see {@link SentCodeStore.resolveUncertain}. */
export interface ExpectedTry {
  /** The message that the code must still be part of. */
  readonly messageId: string;
  /** The tries of the message that are known: `attempt` of an {@link UncertainCode}. */
  readonly attempt: number;
}
