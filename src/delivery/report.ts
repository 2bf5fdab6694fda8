import { withErrorJson } from '../domain/error-json.js';
import type { CodeOutcome, CodeStatus } from './outcomes.js';

/** What became of one offered item. */
export type CodeReport<T> = CodeOutcome & {
  /** The item as offered. */
  readonly item: T;
  /** Identity of the item's code; `null` if the item is refused. */
  readonly code: string | null;
  /**
   * Whether an earlier item of the same call has the same code in the same spelling. Both items
   * have the same outcome.
   */
  readonly repeat: boolean;
};

/** Number of codes with each status, without repeats. */
export type StatusCounts = Readonly<Record<CodeStatus, number>>;

/** What {@link sendOnce} did. */
export interface SendReport<T = string> {
  /** The guild, as a string. */
  readonly guildId: string;
  /** One entry for each offered item, in the same order. */
  readonly codes: readonly CodeReport<T>[];
  /** Number of codes with each status, without repeats. */
  readonly counts: StatusCounts;
}

/**
 * What became of one guild of an {@link announce}: its report, or the error in place of a report.
 */
export type GuildReport<T = string> =
  | { readonly guildId: string; readonly status: 'done'; readonly report: SendReport<T> }
  | { readonly guildId: string; readonly status: 'failed'; readonly error: unknown };

/** What {@link announce} did. */
export interface AnnounceReport<T = string> {
  /**
   * One entry for each guild, in the order given. A guild that was given twice has one entry. Empty
   * with `report: 'counts'`.
   */
  readonly guilds: readonly GuildReport<T>[];
  /** Number of (guild, code) pairs with each status, without repeats and failed guilds. */
  readonly counts: StatusCounts;
  /** Number of guilds; one that was given twice counts once. */
  readonly totalGuilds: number;
  /** Number of guilds whose entry is an error. */
  readonly failedGuilds: number;
}

/** Every status with the count 0. */
const noCounts: StatusCounts = {
  sent: 0,
  'already-sent': 0,
  'held-elsewhere': 0,
  uncertain: 0,
  refused: 0,
  'same-code': 0,
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
