import type { Logger } from '../contract/logger.js';
import type { SentCodeStore } from '../contract/store.js';
import type { AnnounceReport, SendReport, StatusCounts } from './report.js';

/** Guilds for which the last line said that nothing is new. */
const quiet = new WeakMap<SentCodeStore, Set<string>>();
/** More than that are forgotten, and told once more. */
const MOST_REMEMBERED = 100_000;

/**
 * Writes what is new in each guild, in the words of the old bot: how many codes were marked, or
 * once that there is nothing new. A bot asks every few seconds, so a guild that stays quiet gets no
 * second line.
 */
export function logNews<T>(store: SentCodeStore, logger: Logger, report: SendReport<T> | AnnounceReport<T>): void {
  const known = quiet.get(store) ?? new Set<string>();
  quiet.set(store, known);
  if (known.size > MOST_REMEMBERED) known.clear();
  for (const { guildId, counts } of guildsOf(report)) {
    if (counts.sent > 0) logger.info(`Marked ${counts.sent} new codes as sent for guild ${guildId}`);
    if (!isQuiet(counts)) known.delete(guildId);
    else if (!known.has(guildId)) {
      known.add(guildId);
      logger.info(`No new codes for guild ${guildId}`);
    }
  }
}

function guildsOf<T>(report: SendReport<T> | AnnounceReport<T>): SendReport<T>[] {
  if (!('guilds' in report)) return [report];
  return report.guilds.flatMap((guild) => (guild.status === 'done' ? [guild.report] : []));
}

/** Whether every code was sent before. All others are new, whatever keeps them back. */
function isQuiet(counts: StatusCounts): boolean {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return all === counts['already-sent'] + counts['same-code'];
}
