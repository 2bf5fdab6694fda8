import { InvalidInputError, SentCodeStoreError } from '../contract/errors.js';
import type { GuildId } from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import { describe } from '../domain/describe.js';
import { withErrorJson } from '../domain/error-json.js';
import { checkGuildId } from '../domain/guild-id.js';
import { callHook } from '../core/callbacks.js';
import { logReport } from './log-report.js';
import { deliverToGuild, type LookUp, reportAborted, statesByIdentity } from './guild-delivery.js';
import { checkAnnounceOptions } from './check-delivery-options.js';
import type { AnnounceOptions } from './options.js';
import { addCounts, type AnnounceReport, type GuildReport } from './report.js';
import { type Run, withRun } from './delivery-context.js';
import { momentOf } from './timers.js';

/**
 * {@link sendOnce} for many guilds: one look-up for all guilds, then `concurrency` guilds at a
 * time, each with one message at a time. A round in which nothing is new costs only the look-up.
 *
 * A guild that fails is an entry of the report, and the other guilds are served. Reasons: a
 * malformed id, an exception of `firstRun`, a store that fails or may not answer for the guild.
 *
 * Rejects for wrong options, as {@link sendOnce} does. Rejects with the store's error if the
 * look-up fails for all guilds. In both cases nothing was sent.
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
  return withRun(store, options, async (run) => logReport(store, options, await serveAll(run, options, targets)));
}

/**
 * What the look-up found for a guild: the states of the codes, or the error because of which the
 * guild is not served.
 */
type LookedUp = LookUp | { readonly error: unknown };

interface Target {
  readonly guildId: string;
  /** What is wrong with the id. */
  readonly error?: unknown;
}

async function serveAll<T>(run: Run<T>, options: AnnounceOptions<T>, targets: readonly Target[]): Promise<AnnounceReport<T>> {
  const valid = targets.flatMap((target) => ('error' in target ? [] : [target.guildId]));
  const lookedUp = run.signal.aborted ? new Map<string, LookedUp>() : await lookUp(run, valid);
  const reports: GuildReport<T>[] = [];
  let next = 0;
  let done = 0;
  const serve = async (): Promise<void> => {
    for (let index = next++; index < targets.length; index = next++) {
      const target = targets[index];
      if (target === undefined) return;
      const guild = withErrorJson(await serveGuild(run, target, lookedUp.get(target.guildId)));
      reports[index] = guild;
      done += 1;
      callHook(options.onProgress, { done, total: targets.length, guild });
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency ?? 4, targets.length) }, serve));
  return {
    guilds: reports,
    counts: addCounts(reports.flatMap((guild) => (guild.status === 'done' ? [guild.report.counts] : []))),
    failedGuilds: reports.filter(({ status }) => status === 'failed').length,
  };
}

async function serveGuild<T>(run: Run<T>, target: Target, found: LookedUp | undefined): Promise<GuildReport<T>> {
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

/**
 * Asks for all guilds at once. A store that may not answer for some guild rejects the whole call.
 * Then each half is asked by itself, and so on down to single guilds, so that one guild does not
 * silence the others.
 */
async function lookUp<T>(run: Run<T>, guildIds: readonly string[]): Promise<Map<string, LookedUp>> {
  const codes = run.offer.spellingsOf(run.offer.codes.keys());
  const at = momentOf(run.clock);
  if (codes.length === 0 || guildIds.length === 0)
    return new Map(guildIds.map((guildId) => [guildId, { states: new Map(), at }]));
  try {
    const answers = await run.store.statesMany(guildIds.map((guildId) => ({ guildId, codes })));
    return new Map(answers.map(({ guildId, states }) => [guildId, { states: statesByIdentity(run, states), at }]));
  } catch (error) {
    if (!concernsSome(error)) throw error;
    if (guildIds.length === 1) return new Map(guildIds.map((guildId) => [guildId, { error }]));
    const middle = Math.ceil(guildIds.length / 2);
    const first = await lookUp(run, guildIds.slice(0, middle));
    return new Map([...first, ...(await lookUp(run, guildIds.slice(middle)))]);
  }
}

function concernsSome(error: unknown): boolean {
  return error instanceof SentCodeStoreError && (error.code === 'NOT_AUTHORITATIVE' || error.code === 'STORE_DAMAGED');
}
