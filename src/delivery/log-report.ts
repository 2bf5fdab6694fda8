import type { SentCodeStore } from '../contract/store.js';
import { safeLogger } from '../core/callbacks.js';
import { logNews } from './log-news.js';
import type { DeliveryOptions } from './options.js';
import type { AnnounceReport, SendReport } from './report.js';
import { headline, linesOf, type Problem, problemsOf, summarize } from './summarize.js';

/** Problems that were written already, by guild and code. */
const written = new WeakMap<SentCodeStore, Map<string, string>>();
/** More than that are forgotten, and written once more. */
const MOST_REMEMBERED = 100_000;

/**
 * Writes a report to the logger of the call: a line with the counts where something was sent or is
 * wrong, and each problem once, not in every round in which it lasts.
 */
export function logReport<T, R extends SendReport<T> | AnnounceReport<T>>(
  store: SentCodeStore,
  { logger, dryRun }: DeliveryOptions<T>,
  report: R,
): R {
  if (logger === undefined) return report;
  const safe = safeLogger(logger);
  if (dryRun === true) {
    for (const line of summarize(report)) safe.info(line);
    return report;
  }
  logNews(store, safe, report);
  const fresh = freshProblems(store, report);
  const { sent, baseline } = report.counts;
  if (sent + baseline + fresh.length > 0) safe.info(headline(report));
  for (const line of linesOf(fresh)) safe.warn(line);
  return report;
}

function freshProblems<T>(store: SentCodeStore, report: SendReport<T> | AnnounceReport<T>): Problem[] {
  const known = written.get(store) ?? new Map<string, string>();
  written.set(store, known);
  // Spellings that are the same code are logged once for the store, not once for each guild.
  const found = problemsOf(report).filter(({ kind }) => kind !== 'same-code');
  const problems = new Map(found.map((problem) => [nameOf(problem.guildId, problem.code), problem]));
  for (const name of namesIn(report)) if (!problems.has(name)) known.delete(name);
  if (known.size > MOST_REMEMBERED) known.clear();
  return [...problems].flatMap(([name, problem]) => {
    if (known.get(name) === problem.kind) return [];
    known.set(name, problem.kind);
    return [problem];
  });
}

/** Everything that a report speaks of: the guilds, and their codes. */
function namesIn<T>(report: SendReport<T> | AnnounceReport<T>): string[] {
  const guilds =
    'guilds' in report ? report.guilds.flatMap((guild) => (guild.status === 'done' ? [guild.report] : [])) : [report];
  return guilds.flatMap(({ guildId, codes }) => [
    nameOf(guildId),
    ...codes.map(({ code, item }) => nameOf(guildId, code ?? String(item))),
  ]);
}

function nameOf(guildId: string, code?: string): string {
  return JSON.stringify([guildId, code]);
}
