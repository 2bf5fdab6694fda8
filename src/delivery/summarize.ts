import { groupBy } from '../domain/group-by.js';
import { SentCodeStoreError } from '../contract/errors.js';
import { errorText } from '../domain/error-text.js';
import type { AnnounceReport, CodeReport, GuildReport, SendReport, StatusCounts } from './report.js';
import type { CodeStatus } from './outcomes.js';

/** What went wrong with one code, or with a whole guild. */
export interface Problem {
  readonly guildId: string;
  /** Identity of the code; absent if the guild as a whole failed. */
  readonly code?: string;
  /** Equal problems have one line. */
  readonly text: string;
  /** A problem that lasts is the same for as long as this is. */
  readonly kind: string;
}

const MOST_NAMES = 5;
/** Statuses that are one problem, whatever their words are. */
const HELD: ReadonlySet<CodeStatus> = new Set(['uncertain', 'paused', 'same-code']);

/**
 * What a report says, as lines for a log: the counts first, then each problem once, with its guilds
 * and codes and what to do. If the id of a guild is malformed, the first line names it. A report
 * with `report: 'counts'` has the first line only.
 *
 * @example
 * ```ts
 * import { sendOnce, summarize } from 'sent-code-store';
 *
 * const send = (codes: string[]) => bot.api.sendMessage(chatId, codes.join('\n'));
 * const report = await sendOnce(store, { guildId: chatId, codes, send });
 * for (const line of summarize(report)) console.log(line);
 * ```
 */
export function summarize<T>(report: SendReport<T> | AnnounceReport<T>): string[] {
  return [headline(report), ...linesOf(problemsOf(report))];
}

/** The counts of a report, and the guild ids that are malformed. */
export function headline<T>(report: SendReport<T> | AnnounceReport<T>): string {
  const counts = countsText(report.counts);
  if (!('guilds' in report)) return `guild ${report.guildId}: ${counts}`;
  const malformed = report.guilds.filter(isMalformed).map(({ guildId }) => JSON.stringify(guildId));
  const ids = malformed.length === 0 ? '' : `${malformed.length} malformed guild ids, not served: ${named(malformed)}. `;
  const { failedGuilds, totalGuilds } = report;
  if (failedGuilds > 0 && failedGuilds === totalGuilds) return `${ids}${totalGuilds} guilds: all failed`;
  const failed = failedGuilds === 0 ? '' : `, ${failedGuilds} guilds failed`;
  return `${ids}${totalGuilds} guilds: ${counts}${failed}`;
}

/** Everything in a report that a person should look at. */
export function problemsOf<T>(report: SendReport<T> | AnnounceReport<T>): Problem[] {
  return guildsOf(report).flatMap((guild): Problem[] => problemsOfGuild(guild));
}

/** What is said of each guild of a report. */
export function guildsOf<T>(report: SendReport<T> | AnnounceReport<T>): readonly GuildReport<T>[] {
  return 'guilds' in report ? report.guilds : [{ guildId: report.guildId, status: 'done', report }];
}

/** Everything in the report of a guild that a person should look at. */
export function problemsOfGuild<T>(guild: GuildReport<T>): Problem[] {
  const { guildId } = guild;
  if (guild.status === 'failed') {
    const text = `failed: ${errorText(guild.error)}`;
    return [{ guildId, text, kind: text }];
  }
  return guild.report.codes.flatMap((entry) => {
    const text = entry.repeat ? undefined : problemText(entry);
    if (text === undefined) return [];
    // The words of one that is held may change from call to call.
    const kind = HELD.has(entry.status) ? entry.status : text;
    return [{ guildId, code: nameOf(entry), text, kind }];
  });
}

/** One line for each text, with the guilds and codes that it is about. */
export function linesOf(problems: readonly Problem[]): string[] {
  const byText = groupBy(problems, ({ text }) => text);
  return [...byText].map(([text, same]) => {
    const guilds = groupBy(same, ({ guildId }) => guildId);
    const names = [...guilds].map(([guildId, all]) => {
      const codes = [...new Set(all.flatMap(({ code }) => code ?? []))];
      return codes.length === 0 ? `guild ${guildId}` : `guild ${guildId} (${named(codes)})`;
    });
    return `${named(names)}: ${text}`;
  });
}

/** A spelling that is reported as `same-code` is named as offered: the identity is that of both. */
function nameOf<T>({ status, code, item }: CodeReport<T>): string {
  return code === null || (status === 'same-code' && typeof item === 'string') ? String(item) : code;
}

function problemText<T>(entry: CodeReport<T>): string | undefined {
  switch (entry.status) {
    case 'refused':
      return `refused: ${entry.error.message}`;
    case 'failed': {
      const advice = entry.permanent ? 'Trying again is of no use until somebody mends it.' : 'The next call tries again.';
      return `not sent: ${entry.detail ?? entry.reason}. ${advice}`;
    }
    case 'uncertain':
      if (entry.nextAskAt !== undefined) {
        return `may have arrived: ${entry.detail ?? entry.reason}. The platform is asked after ${entry.nextAskAt.toISOString()}.`;
      }
      return (
        `may have arrived: ${entry.detail ?? entry.reason}. Look whether the message is there, and call resolveUncertain(guildId, ` +
        "codes, 'sent' or 'not-sent')."
      );
    case 'paused':
      return `left alone for a while after a permanent failure: ${entry.why}. Mend it and call resume(store, guildId), or wait.`;
    case 'flood':
      return `not sent: ${entry.free} codes are new at once, and maxNew is ${entry.maxNew}. Pass allowFlood in one call to send them.`;
    case 'same-code':
      return (
        `another spelling of ${JSON.stringify(entry.sameAs)}, so only the first is sent. If they are two codes, the store needs another ` +
        'identity.'
      );
    default:
      return undefined;
  }
}

function countsText(counts: StatusCounts): string {
  const parts = (Object.keys(counts) as CodeStatus[]).filter((status) => counts[status] > 0);
  return parts.length === 0 ? 'nothing was offered' : parts.map((status) => `${counts[status]} ${status}`).join(', ');
}

function isMalformed<T>(guild: GuildReport<T>): boolean {
  return guild.status === 'failed' && guild.error instanceof SentCodeStoreError && guild.error.code === 'INVALID_GUILD_ID';
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
