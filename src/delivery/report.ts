import type { InvalidInputError } from '../contract/errors.js';
import { withErrorJson } from '../domain/error-json.js';

/** What a failure is about: the message alone, the guild at its target, or all guilds. */
export type VerdictScope = 'message' | 'target' | 'all';

/** The message with this code went out in this call, and is recorded. */
export interface SentOutcome {
  readonly status: 'sent';
  /** The message, through all retries. */
  readonly messageId: string;
  /** 1 for the first try of the message; more for a retry. */
  readonly attempt: number;
  /**
   * Whether the lease had been taken over while `send` ran. The code is recorded all the same; somebody may have sent it a second
   * time.
   */
  readonly leaseLost: boolean;
}

/**
 * The code may have arrived. Nobody sends it again but by `onUncertain: 'retry'` or after {@link SentCodeStore.resolveUncertain |
 * resolveUncertain}.
 *
 * - `held`: an earlier try is undecided, and this call did not try again: `onUncertain` is `'hold'`, or `error` says what came
 *   between (an abort, a store that failed, a lease that was lost).
 * - `too-old`: the same, and the first try is longer ago than `retryWithinMs`, or its time is not known.
 * - `incomplete`: the same, and the message cannot be sent as it first was: some of its codes were not offered now or were
 *   decided meanwhile, or somebody else took it for a retry just now.
 * - `send`: `send` of this call failed, and whether the message arrived is not known. Also after a failure known as "not sent" of
 *   a message that was tried before.
 * - `not-recorded`: `send` succeeded and the store did not take the mark; `error` has the code `MARK_FAILED_AFTER_SEND`.
 * - `not-released`: the message did not go out and the store did not take that; the lease runs out into uncertain.
 * - `abandoned`: the signal was aborted and `send` did not settle within a lease after that.
 */
export interface UncertainOutcome {
  readonly status: 'uncertain';
  /** Why. */
  readonly reason: 'held' | 'too-old' | 'incomplete' | 'send' | 'not-recorded' | 'not-released' | 'abandoned';
  /** The message, where this call claimed it. */
  readonly messageId?: string;
  /** Number of the try, where this call claimed the message for one. */
  readonly attempt?: number;
  /** What went wrong in this call. */
  readonly error?: unknown;
  /** What went wrong in handling `error`: a `classifyError` that threw, a release that the store refused. */
  readonly followUpErrors?: readonly unknown[];
  /** Whether `classifyError` said that trying again is of no use. */
  readonly permanent?: boolean;
  /** What `classifyError` said that its verdict is about. */
  readonly scope?: VerdictScope;
  /** Why, for people: what `classifyError` gave as reason, else the error. Always there in a report. */
  readonly detail?: string;
}

/**
 * This call did not send the code. The next one offers it again, unless somebody else sent it meanwhile.
 *
 * - `send`: `send` failed, and `classifyError` knows that nothing arrived.
 * - `aborted`: the signal was aborted before its message was started; `error` has the code `ABORTED`.
 * - `lease-lost`: this process was stopped for so long between claim and send that its lease was over, and the message perhaps
 *   taken over.
 * - `store`: the store failed before the message was started. If it took a claim and only its answer got lost, the code is
 *   uncertain when that lease ends.
 */
export interface FailedOutcome {
  readonly status: 'failed';
  /** Why. */
  readonly reason: 'send' | 'aborted' | 'lease-lost' | 'store';
  /** What went wrong. */
  readonly error: unknown;
  /** Whether `classifyError` said that trying again is of no use: a channel that is gone, a permission that is missing. */
  readonly permanent: boolean;
  /** What `classifyError` said that its verdict is about. */
  readonly scope?: VerdictScope;
  /** Why, for people: what `classifyError` gave as reason, else the error. Always there in a report. */
  readonly detail?: string;
}

/** The code is malformed. The others went out. */
export interface RefusedOutcome {
  readonly status: 'refused';
  /** What is wrong with it. */
  readonly error: InvalidInputError;
}

/**
 * The code is free and was not tried: a permanent failure came before it. The guild, at its target, is left alone for a while; so
 * are all guilds after a refusal of the bot itself, and one code that is refused again and again. `resume` ends it.
 */
export interface PausedOutcome {
  readonly status: 'paused';
  readonly since: Date;
  /** When the next call tries again. */
  readonly until: Date;
  /** What `classifyError` gave as reason. */
  readonly why: string;
}

/**
 * The code is new, and so were more codes than `maxNew` allows. It was not sent and stays free. Pass `allowFlood` in one call to
 * send it, or `onFlood: 'baseline'` to record it without sending it.
 */
export interface FloodOutcome {
  readonly status: 'flood';
  /** Number of free codes of the guild that were counted. */
  readonly free: number;
  /** The most that would have been sent. */
  readonly maxNew: number;
}

/**
 * What became of a code. Beside the outcomes with details: `already-sent` before this call; `held-elsewhere`, somebody may be
 * sending it at this moment; `baseline`, recorded without being sent, by `firstRun` or `onFlood`; `would-send` and `would-baseline`
 * in a dry run.
 */
export type CodeOutcome =
  | SentOutcome
  | UncertainOutcome
  | FailedOutcome
  | RefusedOutcome
  | FloodOutcome
  | PausedOutcome
  | { readonly status: 'already-sent' | 'held-elsewhere' | 'baseline' | 'would-send' | 'would-baseline' };

/** The words for what became of a code. */
export type CodeStatus = CodeOutcome['status'];

/** What became of one item that was offered. */
export type CodeReport<T> = CodeOutcome & {
  /** The item as it was offered. */
  readonly item: T;
  /** Identity of its code; `null` if it is refused. */
  readonly code: string | null;
  /** Whether an earlier item of the same call has the same code. It shares that item's outcome. */
  readonly repeat: boolean;
};

/** Number of codes by what became of them, repeats left out. */
export type StatusCounts = Readonly<Record<CodeStatus, number>>;

/** What {@link sendOnce} did. */
export interface SendReport<T = string> {
  /** The guild, as a string. */
  readonly guildId: string;
  /** One entry for each item offered, in its order. */
  readonly codes: readonly CodeReport<T>[];
  /** Number of codes by what became of them, repeats left out. */
  readonly counts: StatusCounts;
}

/** What became of one guild of an {@link announce}: its report, or the error that kept it from having one. */
export type GuildReport<T = string> =
  | { readonly guildId: string; readonly status: 'done'; readonly report: SendReport<T> }
  | { readonly guildId: string; readonly status: 'failed'; readonly error: unknown };

/** What {@link announce} did. */
export interface AnnounceReport<T = string> {
  /** One entry for each guild, in the order given; a guild that was given twice has one. */
  readonly guilds: readonly GuildReport<T>[];
  /** Number of (guild, code) by what became of them, repeats and failed guilds left out. */
  readonly counts: StatusCounts;
  /** Number of guilds whose entry is an error. */
  readonly failedGuilds: number;
}

/** Counts of nothing. */
const noCounts: StatusCounts = {
  sent: 0,
  'already-sent': 0,
  'held-elsewhere': 0,
  uncertain: 0,
  refused: 0,
  failed: 0,
  flood: 0,
  paused: 0,
  baseline: 0,
  'would-send': 0,
  'would-baseline': 0,
};

/** The sum of counts. */
export function addCounts(all: Iterable<StatusCounts>): StatusCounts {
  const sum = { ...noCounts };
  for (const counts of all) for (const status of Object.keys(sum) as CodeStatus[]) sum[status] += counts[status];
  return sum;
}

/** A report from its entries. */
export function makeReport<T>(guildId: string, codes: readonly CodeReport<T>[]): SendReport<T> {
  const counts = { ...noCounts };
  for (const { status, repeat } of codes) if (!repeat) counts[status] += 1;
  return { guildId, codes: codes.map(withErrorJson), counts };
}
