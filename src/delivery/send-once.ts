import type { SentCodeStore } from '../contract/store.js';
import { checkGuildId } from '../domain/guild-id.js';
import { logReport } from './log-report.js';
import { deliverToGuild, reportAborted } from './guild-delivery.js';
import { statesByIdentity } from './look-up.js';
import { checkSendOnceOptions } from './check-delivery-options.js';
import type { SendOnceOptions } from './options.js';
import type { SendReport } from './report.js';
import { withRun } from './delivery-context.js';
import { momentOf } from './timers.js';

/**
 * Sends the codes that are new to a guild, and records them: claim, `send`, confirm, message by
 * message. Of all processes and tasks that offer a code, one at a time may send it. A code that may
 * have arrived is held or retried, as `onUncertain` says; the next call retries, not this one.
 *
 * Resolves to what became of each item; a failure of `send` is part of the report.
 *
 * Rejects for wrong options, for a malformed guild id (`INVALID_GUILD_ID`), for a store without
 * claims (`CLAIMS_UNSUPPORTED`), for a store without metadata if `firstRun` needs it
 * (`METADATA_UNSUPPORTED`), with an exception of `firstRun`, and with the store's error if the
 * store fails before the first message. In all these cases nothing was sent.
 *
 * @example
 * ```ts
 * import { sendOnce } from 'sent-code-store';
 * import { discordNonce } from 'sent-code-store/discord';
 *
 * const report = await sendOnce(store, {
 *   guildId: channel.guildId,
 *   codes,
 *   send: (codes, { messageId }) => {
 *     const nonce = discordNonce(messageId);
 *     return channel.send({ content: codes.join('\n'), nonce, enforceNonce: true });
 *   },
 * });
 * ```
 */
export function sendOnce(store: SentCodeStore, options: SendOnceOptions): Promise<SendReport>;
/**
 * {@link sendOnce} for the bot's own objects: `codeOf` gives the code of an object, and `send` gets
 * the objects.
 */
export function sendOnce<T>(
  store: SentCodeStore,
  options: SendOnceOptions<T> & { readonly codeOf: (item: T) => string },
): Promise<SendReport<T>>;
export async function sendOnce<T>(store: SentCodeStore, options: SendOnceOptions<T>): Promise<SendReport<T>> {
  checkSendOnceOptions(options);
  const guildId = checkGuildId(options.guildId);
  return withRun(store, options, async (run) => {
    if (run.signal.aborted) return logReport(store, options, reportAborted(run, guildId));
    const { spellings } = run.offer;
    const at = momentOf(run.clock);
    const states = spellings.length === 0 ? new Map() : await store.states(guildId, spellings);
    return logReport(store, options, await deliverToGuild(run, guildId, { states: statesByIdentity(run, states), at }));
  });
}
