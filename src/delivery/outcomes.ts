import type { InvalidInputError } from '../contract/errors.js';

/** What a failure is about: the message alone, the guild at its target, or all guilds. */
export type VerdictScope = 'message' | 'target' | 'all';

/** The message with the code went out in this call, and is recorded. */
export interface SentOutcome {
  readonly status: 'sent';
  /** Names the message, through all retries. */
  readonly messageId: string;
  /** 1 for the first try of the message; more for a retry. */
  readonly attempt: number;
  /**
   * Whether the lease was taken over while `send` ran. The code is recorded all the same. Somebody
   * else may have sent the code too.
   */
  readonly leaseLost: boolean;
  /**
   * Whether an earlier try turned out to have arrived: `findDelivery` found the message, and this
   * call sent nothing. Absent otherwise.
   */
  readonly found?: true;
}

/**
 * The code may have arrived. It is sent again only with `onUncertain: 'retry'`, after
 * `findDelivery` knows that it did not arrive, or after
 * {@link SentCodeStore.resolveUncertain | resolveUncertain} as not sent.
 *
 * - `held`: an earlier try is undecided, and this call did not try again: `onUncertain` is
 *   `'hold'`, or `error` has the reason (an abort, a failed store, a lost lease).
 * - `too-old`: an earlier try is undecided, and the first try is longer ago than `retryWithinMs` or
 *   at an unknown time.
 * - `incomplete`: an earlier try is undecided, and the message cannot be sent again as it was: some
 *   of its codes were not offered now, or were decided meanwhile, or somebody else has just taken
 *   the message for a retry.
 * - `other-target`: an earlier try is undecided, and it went to another `target` than messages go
 *   to now.
 * - `unsettled`: an earlier try is undecided, and it ended so recently that its request may still
 *   arrive. The platform is asked after `nextAskAt`.
 * - `no-evidence`: the platform was asked and could not say whether the message arrived. It is
 *   asked again after `nextAskAt`.
 * - `send`: `send` of this call failed, and it is not known whether the message arrived. On a retry
 *   this includes a failure known as "not sent", because an earlier try may have arrived.
 * - `not-recorded`: `send` succeeded, and the store did not record it. `error` has the code
 *   `MARK_FAILED_AFTER_SEND`.
 * - `not-released`: the message did not go out, and the store did not record that. The codes are
 *   uncertain when the lease ends.
 * - `abandoned`: the signal was aborted, and `send` did not settle within a lease after the abort.
 */
export interface UncertainOutcome {
  readonly status: 'uncertain';
  /** Why. */
  readonly reason:
    | 'held'
    | 'too-old'
    | 'incomplete'
    | 'other-target'
    | 'unsettled'
    | 'no-evidence'
    | 'send'
    | 'not-recorded'
    | 'not-released'
    | 'abandoned';
  /** When the next call asks the platform, if `findDelivery` is given. */
  readonly nextAskAt?: Date;
  /** Names the message, if this call claimed it. */
  readonly messageId?: string;
  /** Number of the try, if this call claimed the message. */
  readonly attempt?: number;
  /** What went wrong in this call. */
  readonly error?: unknown;
  /** What went wrong after `error`: an exception of `classifyError`, a failed release. */
  readonly followUpErrors?: readonly unknown[];
  /** Whether `classifyError` called the error permanent. */
  readonly permanent?: boolean;
  /** What the failure is about, if `classifyError` said so. */
  readonly scope?: VerdictScope;
  /**
   * Why, for people: the reason that `classifyError` gave, else the error. Always present in a
   * report.
   */
  readonly detail?: string;
}

/**
 * This call did not send the code. The next call can send it, unless somebody else sends it
 * meanwhile.
 *
 * - `send`: `send` failed, and `classifyError` said that nothing arrived.
 * - `aborted`: the signal was aborted before the message was started. `error` has the code
 *   `ABORTED`.
 * - `lease-lost`: this process stood still between claim and send until its lease was over.
 * - `store`: the store failed before the message was started. If the store wrote a claim and only
 *   its answer was lost, the code is uncertain when that lease ends.
 */
export interface FailedOutcome {
  readonly status: 'failed';
  /** Why. */
  readonly reason: 'send' | 'aborted' | 'lease-lost' | 'store';
  /** What went wrong. */
  readonly error: unknown;
  /**
   * Whether `classifyError` called the error permanent: a deleted channel, a missing permission.
   */
  readonly permanent: boolean;
  /** What the failure is about, if `classifyError` said so. */
  readonly scope?: VerdictScope;
  /**
   * Why, for people: the reason that `classifyError` gave, else the error. Always present in a
   * report.
   */
  readonly detail?: string;
}

/** The code is malformed. The other codes are not affected. */
export interface RefusedOutcome {
  readonly status: 'refused';
  /** What is wrong with the code. */
  readonly error: InvalidInputError;
}

/**
 * The code is free and was not tried, because of an earlier permanent failure. Left alone for a
 * while is the guild at its target, or all guilds after a refusal of the bot itself, or one code
 * that is refused again and again. `resume` ends a pause.
 */
export interface PausedOutcome {
  readonly status: 'paused';
  /** When the pause began. */
  readonly since: Date;
  /** When the next call tries again. */
  readonly until: Date;
  /** The reason that `classifyError` gave. */
  readonly why: string;
}

/**
 * The code is new, and more codes are new than `maxNew` allows. The code was not sent and stays
 * free. Pass `allowFlood` in one call to send it, or `onFlood: 'baseline'` to record it without
 * sending it.
 */
export interface FloodOutcome {
  readonly status: 'flood';
  /** Number of free codes of the guild that were counted. */
  readonly free: number;
  /** The most codes that would have been sent. */
  readonly maxNew: number;
}

/**
 * An earlier item of the same call has the same code in another spelling. The report of the earlier
 * item says what became of the code. If the spellings are two codes, the store needs another
 * identity.
 */
export interface SameCodeOutcome {
  readonly status: 'same-code';
  /** The code of the earlier item, as offered. */
  readonly sameAs: string;
}

/**
 * What became of a code. Outcomes without details:
 *
 * - `already-sent`: sent before this call.
 * - `held-elsewhere`: somebody else may be sending the code at this moment.
 * - `baseline`: recorded without being sent, by `firstRun` or `onFlood`.
 * - `would-send`, `would-baseline`: in a dry run.
 */
export type CodeOutcome =
  | SentOutcome
  | UncertainOutcome
  | FailedOutcome
  | RefusedOutcome
  | SameCodeOutcome
  | FloodOutcome
  | PausedOutcome
  | { readonly status: 'already-sent' | 'held-elsewhere' | 'baseline' | 'would-send' | 'would-baseline' };

/** What became of a code, in one word. */
export type CodeStatus = CodeOutcome['status'];
