import type { Logger } from '../contract/logger.js';
import type { SentCodeStore } from '../contract/store.js';
import { safeLogger } from '../core/callbacks.js';
import { logNews } from './log-news.js';
import type { DeliveryOptions } from './options.js';
import type { AnnounceReport, GuildReport, SendReport } from './report.js';
import { guildsOf, headline, linesOf, type Problem, problemsOfGuild } from './summarize.js';

/** Problems that were written already, by guild and code. */
const written = new WeakMap<SentCodeStore, Map<string, string>>();
/** More than that are forgotten, and written once more. */
const MOST_REMEMBERED = 100_000;

/**
 * Writes a report to the logger of the call: what is new in each guild, a line with the counts
 * where something was sent or is wrong, and each problem once, not in every round in which it
 * lasts.
 */
export class ReportLog<T> {
  readonly #store: SentCodeStore;
  readonly #logger: Logger | undefined;
  readonly #isDryRun: boolean;
  readonly #problems: Problem[] = [];

  constructor(store: SentCodeStore, { logger, dryRun = false }: DeliveryOptions<T>) {
    this.#store = store;
    this.#logger = logger && safeLogger(logger);
    this.#isDryRun = dryRun;
  }

  /** Takes the report of each guild. */
  take(report: SendReport<T> | AnnounceReport<T>): void {
    for (const guild of guildsOf(report)) this.takeGuild(guild);
  }

  /** Takes the report of a guild: writes its news, and keeps its new problems for the end. */
  takeGuild(guild: GuildReport<T>): void {
    if (this.#logger === undefined) return;
    if (!this.#isDryRun) logNews(this.#store, this.#logger, guild);
    for (const problem of this.#isDryRun ? problemsOfGuild(guild) : freshProblems(this.#store, guild))
      this.#problems.push(problem);
  }

  /** Writes the counts and the problems of all guilds. */
  finish(report: SendReport<T> | AnnounceReport<T>): void {
    if (this.#logger === undefined) return;
    const { sent, baseline } = report.counts;
    if (this.#isDryRun || sent + baseline + this.#problems.length > 0) this.#logger.info(headline(report));
    const level = this.#isDryRun ? 'info' : 'warn';
    for (const line of linesOf(this.#problems)) this.#logger[level](line);
  }
}

/** Writes the report of one guild. */
export function logReport<T>(store: SentCodeStore, options: DeliveryOptions<T>, report: SendReport<T>): SendReport<T> {
  const log = new ReportLog(store, options);
  log.take(report);
  log.finish(report);
  return report;
}

function freshProblems<T>(store: SentCodeStore, guild: GuildReport<T>): Problem[] {
  const known = written.get(store) ?? new Map<string, string>();
  written.set(store, known);
  // Spellings that are the same code are logged once for the store, not once for each guild.
  const found = problemsOfGuild(guild).filter(({ kind }) => kind !== 'same-code');
  const problems = new Map(found.map((problem) => [nameOf(problem.guildId, problem.code), problem]));
  if (known.size > 0) for (const name of namesIn(guild)) if (!problems.has(name)) known.delete(name);
  if (known.size > MOST_REMEMBERED) known.clear();
  return [...problems].flatMap(([name, problem]) => {
    if (known.get(name) === problem.kind) return [];
    known.set(name, problem.kind);
    return [problem];
  });
}

/** Everything that a guild's report speaks of: the guild, and its codes. */
function namesIn<T>(guild: GuildReport<T>): string[] {
  if (guild.status === 'failed') return [];
  const { guildId, codes } = guild.report;
  return [nameOf(guildId), ...codes.map(({ code, item }) => nameOf(guildId, code ?? String(item)))];
}

function nameOf(guildId: string, code?: string): string {
  return JSON.stringify([guildId, code]);
}
