import { z } from 'zod';
import type { SentCodeStore } from '../contract/store.js';
import type { Codes, GuildId } from '../contract/types.js';
import { checkCodes } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkOptions } from './check-options.js';
import { optionSchema } from './option-schemas.js';

/** Options of {@link resetGuild}. */
export interface ResetGuildOptions {
  /**
   * What is not to be posted again: the codes that are valid today; `[]` to post those again. Pass a
   * function where another process may post meanwhile. It is called after the guild's records were
   * listed, so a code that is posted while it asks the site is not forgotten. A list that was
   * fetched before the call has a gap there.
   */
  readonly keep: Codes | (() => Codes | Promise<Codes>);
}

const schema = z.strictObject({
  keep: optionSchema<ResetGuildOptions['keep']>(
    (value) => Array.isArray(value) || value instanceof Set || typeof value === 'function',
    'an array or a Set of codes, or a function that gives one',
  ),
});

/**
 * Forgets what a guild was sent, but for what `keep` names. Those codes are marked as sent (source
 * `baseline`) where they were not. Resolves to the number of codes that were forgotten.
 *
 * Safe beside a round of another process, on every store: at no moment is a code free that `keep`
 * names, and what somebody posts during the call is not forgotten. A code that somebody is sending at
 * this moment stays. A guild of which nothing is left counts as known: its next code is posted.
 *
 * Run it between the rounds of its own process, not inside one: a code that a round found on the site,
 * and that is gone from there when `keep` is asked, would be forgotten and then posted by that round.
 *
 * A malformed code in `keep`, or an exception of it, rejects before anything was changed. A failure
 * later leaves a guild of which too little was forgotten: call it again.
 *
 * @example
 * ```ts
 * const forgotten = await resetGuild(store, guildId, { keep: () => findCodes() });
 * ```
 */
export async function resetGuild(store: SentCodeStore, guildId: GuildId, options: ResetGuildOptions): Promise<number> {
  const { keep } = checkOptions(schema, options, 'resetGuild');
  const guild = checkGuildId(guildId);
  // Listed first, marked second, forgotten last. What was posted after the listing is not on the list,
  // and between the mark and the end nothing is free that is to stay:
  //
  //   this call      lists OLD, A   asks: A, N   marks A, N       forgets OLD
  //   other process              posts N                 offers A: sent already
  const known: string[] = [];
  for await (const { code } of store.listSent(guild)) known.push(code);
  for await (const { code } of store.listUncertain(guild)) known.push(code);
  const kept = checkCodes(guild, typeof keep === 'function' ? await keep() : keep, store.identity, 'keep');
  const spellings = kept.map(({ spelling }) => spelling);
  // A guild without records that never had a baseline would be a new one to the next round.
  if (store.supports.metadata) await store.baseline(guild, spellings);
  await store.markSent(guild, spellings, { source: 'baseline' });
  const stays = new Set(kept.map(({ code }) => code));
  return store.forget(
    guild,
    known.filter((code) => !stays.has(code)),
  );
}
