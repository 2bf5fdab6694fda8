import type { SentCodeStore } from '../contract/store.js';
import { checkGuildId } from '../domain/guild-id.js';
import { logReport } from './log-report.js';
import { deliverToGuild, reportAborted, statesByIdentity } from './guild-delivery.js';
import { checkSendOnceOptions, type SendOnceOptions } from './options.js';
import type { SendReport } from './report.js';
import { withRun } from './delivery-context.js';

/**
 * Sends the codes that are new to a guild, and records them: claim, `send`, confirm, message by message. Whatever the number of
 * processes, tasks and crashes, a code is sent by one of them; what may have arrived is held or retried as `onUncertain` says.
 *
 * Resolves to what became of each item. `send` failing is part of that. Rejects for wrong options, a malformed guild id
 * (`INVALID_GUILD_ID`), a store without claims (`CLAIMS_UNSUPPORTED`) or without metadata if `firstRun` needs it
 * (`METADATA_UNSUPPORTED`), an exception of `firstRun`, and with the store's error if it fails before the first message; then
 * nothing was sent.
 *
 * A message that ends uncertain in this call is retried by the next one, not by this.
 *
 * @example
 * ```ts
 * const report = await sendOnce(store, {
 *   guildId: channel.guildId,
 *   codes,
 *   send: (codes, { messageId }) =>
 *     channel.send({ content: codes.join('\n'), nonce: discordNonce(messageId), enforceNonce: true }),
 * });
 * ```
 */
export function sendOnce(store: SentCodeStore, options: SendOnceOptions): Promise<SendReport>;
/** {@link sendOnce} for objects of the bot: `codeOf` says which code they carry, and `send` gets them as they are. */
export function sendOnce<T>(
  store: SentCodeStore,
  options: SendOnceOptions<T> & { readonly codeOf: (item: T) => string },
): Promise<SendReport<T>>;
export async function sendOnce<T>(store: SentCodeStore, options: SendOnceOptions<T>): Promise<SendReport<T>> {
  checkSendOnceOptions(options);
  const guildId = checkGuildId(options.guildId);
  return withRun(store, options, async (run) => {
    if (run.signal.aborted) return logReport(store, options, reportAborted(run, guildId));
    const spellings = run.offer.spellingsOf(run.offer.codes.keys());
    const states = spellings.length === 0 ? new Map() : await store.states(guildId, spellings);
    return logReport(store, options, await deliverToGuild(run, guildId, statesByIdentity(run, states)));
  });
}
