import { z } from 'zod';
import type { SentCodeStore } from '../contract/store.js';
import type { Codes, GuildId } from '../contract/types.js';
import { checkCodes } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkOptions } from './check-options.js';
import { lazySchema } from './lazy-schema.js';
import { optionSchema } from './option-schemas.js';

/** Options of {@link resetGuild}. */
export interface ResetGuildOptions {
  /**
   * What must not be posted again: today's codes; `[]` to post them again. Pass a function if
   * another process may post meanwhile. The function is called after the guild's records were
   * listed, so a code that is posted while it asks the site is not forgotten. A list that was
   * fetched before the call has a gap there.
   */
  readonly keep: Codes | (() => Codes | Promise<Codes>);
}

const schema = lazySchema(() =>
  z.strictObject({
    keep: optionSchema<ResetGuildOptions['keep']>(
      (value) => Array.isArray(value) || value instanceof Set || typeof value === 'function',
      'an array or a Set of codes, or a function that gives one',
    ),
  }),
);

/**
 * Forgets the codes that a guild was sent, except the codes in `keep`. Codes in `keep` that were
 * not sent are marked as sent, with the source `baseline`. Resolves to the number of forgotten
 * codes.
 *
 * Safe beside a round of another process, on every store: a code in `keep` is free at no moment,
 * and a code that somebody posts during the call is not forgotten. A code that somebody is sending
 * at this moment stays. A guild without any code left counts as known: its next code is posted.
 *
 * Run it between the rounds of its own process, not inside a round. Otherwise: a round finds a code
 * on the site, the code disappears from the site, the reset forgets the code, and the round posts
 * it again.
 *
 * A malformed code in `keep`, or an exception of the function, rejects before anything changes. A
 * later failure forgets too little: call it again.
 *
 * @example
 * ```ts
 * import { resetGuild } from 'sent-code-store';
 *
 * const forgotten = await resetGuild(store, guildId, { keep: () => findCodes() });
 * ```
 */
export async function resetGuild(store: SentCodeStore, guildId: GuildId, options: ResetGuildOptions): Promise<number> {
  const { keep } = checkOptions(schema, options, 'resetGuild');
  const guild = checkGuildId(guildId);
  // Listed first, marked second, forgotten last. A code that is posted after the listing is not on
  // the list, and after the mark no code in `keep` is free:
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
