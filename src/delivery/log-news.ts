import type { Logger } from '../contract/logger.js';
import type { SentCodeStore } from '../contract/store.js';
import type { GuildReport, StatusCounts } from './report.js';

/** Guilds for which the last line said that nothing is new. */
const quiet = new WeakMap<SentCodeStore, Set<string>>();
/** More than that are forgotten, and told once more. */
const MOST_REMEMBERED = 100_000;

/**
 * Writes what is new in a guild, in the words of the old bot: how many codes were marked, or
 * once that there is nothing new. A bot asks every few seconds, so a guild that stays quiet gets no
 * second line.
 */
export function logNews<T>(store: SentCodeStore, logger: Logger, guild: GuildReport<T>): void {
  if (guild.status !== 'done') return;
  const known = quiet.get(store) ?? new Set<string>();
  quiet.set(store, known);
  if (known.size > MOST_REMEMBERED) known.clear();
  const { guildId, counts } = guild.report;
  if (counts.sent > 0) logger.info(`Marked ${counts.sent} new codes as sent for guild ${guildId}`);
  if (!isQuiet(counts)) known.delete(guildId);
  else if (!known.has(guildId)) {
    known.add(guildId);
    logger.info(`No new codes for guild ${guildId}`);
  }
}

/** Whether every code was sent before. All others are new, whatever keeps them back. */
function isQuiet(counts: StatusCounts): boolean {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return all === counts['already-sent'] + counts['same-code'];
}
