import { InvalidInputError } from '../contract/errors.js';
import type { GuildId } from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import { describe } from '../domain/describe.js';
import { withErrorJson } from '../domain/error-json.js';
import { checkGuildId } from '../domain/guild-id.js';
import { callHook } from '../core/callbacks.js';
import { CollectedReport } from './collected-report.js';
import { ReportLog } from './log-report.js';
import { deliverToGuild, reportAborted } from './guild-delivery.js';
import { GuildQueue, type QueuedGuild, type Target } from './guild-queue.js';
import { checkAnnounceOptions } from './check-delivery-options.js';
import type { AnnounceOptions } from './options.js';
import type { AnnounceReport, GuildReport } from './report.js';
import { type Run, withRun } from './delivery-context.js';

/**
 * {@link sendOnce} for many guilds: common look-ups of about 10 000 codes, then `concurrency`
 * guilds at a time, each with one message at a time. A round in which nothing is new costs only
 * the look-ups.
 *
 * A guild that fails is an entry of the report, and the other guilds are served. Reasons: a
 * malformed id, an exception of `firstRun`, a store that fails or may not answer for the guild.
 *
 * Rejects for wrong options, as {@link sendOnce} does. Rejects with the store's error if the first
 * look-up fails. In both cases nothing was sent. If a later look-up fails, its guilds fail.
 *
 * @example
 * ```ts
 * import { announce } from 'sent-code-store';
 *
 * const report = await announce(store, {
 *   guilds: ['1147956569271697518', '1133463326182080634'],
 *   codes,
 *   send: (codes, { guildId }) => bot.api.sendMessage(guildId, codes.join('\n')),
 *   onProgress: ({ done, total }) => console.log(`${done} of ${total}`),
 * });
 * console.log(report.counts, report.failedGuilds);
 * ```
 */
export function announce(store: SentCodeStore, options: AnnounceOptions): Promise<AnnounceReport>;
/**
 * {@link announce} for the bot's own objects: `codeOf` gives the code of an object, and `send` gets
 * the objects.
 */
export function announce<T>(
  store: SentCodeStore,
  options: AnnounceOptions<T> & { readonly codeOf: (item: T) => string },
): Promise<AnnounceReport<T>>;
export async function announce<T>(store: SentCodeStore, options: AnnounceOptions<T>): Promise<AnnounceReport<T>> {
  checkAnnounceOptions(options);
  const targets = checkGuilds(options.guilds);
  return withRun(store, options, async (run) => {
    const log = new ReportLog<T>(store, options);
    const report = await serveAll(run, options, targets, log);
    if (options.report !== 'counts') log.take(report);
    log.finish(report);
    return report;
  });
}

async function serveAll<T>(
  run: Run<T>,
  options: AnnounceOptions<T>,
  targets: readonly Target[],
  log: ReportLog<T>,
): Promise<AnnounceReport<T>> {
  const queue = new GuildQueue(run, targets);
  const collected = new CollectedReport<T>(targets.length, options.report);
  const serve = async (): Promise<void> => {
    for (let next = await queue.next(); next !== undefined; next = await queue.next()) {
      const guild = withErrorJson(await serveGuild(run, next));
      const done = collected.add(next.index, guild);
      if (options.report === 'counts') log.takeGuild(guild);
      callHook(options.onGuild, guild);
      callHook(options.onProgress, { done, total: targets.length, guild });
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency ?? 4, targets.length) }, serve));
  return collected.report();
}

async function serveGuild<T>(run: Run<T>, { target, found }: QueuedGuild): Promise<GuildReport<T>> {
  const { guildId } = target;
  if ('error' in target) return { guildId, status: 'failed', error: target.error };
  if (found !== undefined && 'error' in found) return { guildId, status: 'failed', error: found.error };
  if (found === undefined) return { guildId, status: 'done', report: reportAborted(run, guildId) };
  try {
    return { guildId, status: 'done', report: await deliverToGuild(run, guildId, found) };
  } catch (error) {
    return { guildId, status: 'failed', error };
  }
}

function checkGuilds(guilds: readonly GuildId[] | ReadonlySet<GuildId>): Target[] {
  const given: unknown = guilds;
  if (!Array.isArray(given) && !(given instanceof Set)) {
    throw new InvalidInputError('INVALID_OPTION', 'guilds', `guilds is ${describe(given)}. Pass an array or a Set of guild ids.`);
  }
  const targets = new Map<string, Target>();
  let index = 0;
  for (const value of guilds) {
    const argument = `guilds[${index}]`;
    index += 1;
    try {
      const guildId = checkGuildId(value, argument);
      targets.set(`guild ${guildId}`, { guildId });
    } catch (error) {
      targets.set(argument, { guildId: String(value), error });
    }
  }
  return [...targets.values()];
}
