import type { ErrorVerdict } from '../../delivery/options.js';
import { fieldsOf } from '../network/error-fields.js';
import { neverConnected } from '../network/never-connected.js';
import { type ResendContext, verdictOnMessage } from '../network/resend.js';

/**
 * What an error of Discord's API, of a REST client or of the network means for a message: a
 * `classifyError` for `sendOnce` and `announce`. Reads only fields of the error (`code`, `status`,
 * `url`, `syscall`, `name`, `cause`), so it works with every copy and version of discord.js,
 * `@discordjs/rest` and undici, and needs none of them.
 *
 * | error | outcome |
 * |---|---|
 * | 429, by answer or by `rejectOnRateLimit` | `not-sent` |
 * | no connection: refused, unreachable, not resolved, connect timeout | `not-sent` |
 * | 10003 Unknown Channel, 50001 Missing Access | `not-sent`, `permanent` |
 * | 50013 Missing Permissions | `not-sent`, `permanent` |
 * | 401 | `not-sent`, `permanent`, for `all` guilds |
 * | 400, 413 | `not-sent`, about the `message` alone |
 * | any other 4xx but 408 | `not-sent` |
 * | 10008 Unknown Message on a resend: delivered, and deleted since | `sent` |
 * | any error of a request about a message that exists, such as a crosspost | `uncertain` |
 * | 408, 5xx, resets, closed sockets, timeouts, aborts, and everything unknown | `uncertain` |
 *
 * On a resend every `not-sent` becomes `uncertain`: the refusal of one request says nothing of an
 * earlier request. discord.js itself sends again after a 5xx, a reset and its own timeout
 * (https://github.com/discordjs/discord.js/blob/main/packages/rest/src/lib/handlers/Shared.ts).
 * Then a 50013 after a 500 hides a message that was posted. So make the client with
 * `rest: { retries: 0 }`, or pass `{ resend: true }` for every error.
 *
 * 502 and 503 are `uncertain`, although Discord's text for 502 sounds like "not sent": a proxy does
 * not know what the server behind it did.
 *
 * @example
 * ```ts
 * import { sendOnce } from 'sent-code-store';
 * import { classifyDiscordError } from 'sent-code-store/discord';
 *
 * await sendOnce(store, {
 *   guildId,
 *   codes,
 *   send: (codes) => channel.send(codes.join('\n')),
 *   classifyError: classifyDiscordError,
 * });
 * ```
 */
export function classifyDiscordError(error: unknown, context: ResendContext = {}): ErrorVerdict {
  return verdictOnMessage(classify(error, context.resend === true), context);
}

/**
 * Discord's error codes for a refused message
 * (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes).
 */
const REFUSALS: ReadonlyMap<unknown, string> = new Map([
  [10003, 'the channel does not exist any more'],
  [50001, 'the bot cannot see the channel'],
  [50013, 'the bot may not send in the channel'],
]);

/**
 * On a resend: the message with this nonce was sent, and deleted since
 * (https://github.com/discord/discord-api-docs/pull/6647).
 */
const UNKNOWN_MESSAGE = 10008;

/** Statuses of a message that is malformed or too large. */
const OF_CONTENT: ReadonlySet<number> = new Set([400, 413]);

/** The route of a crosspost, a reaction, a pin or an edit: `send` can add one to its message. */
const OF_A_MESSAGE = /\/messages\/\d/;

/** `@discordjs/rest` throws this before it sends anything, once Discord has refused the token. */
const NO_TOKEN = 'Expected token to be set for this request, but none was present';

function classify(error: unknown, resend: boolean): ErrorVerdict {
  const { code, status, name, message, url } = fieldsOf<'code' | 'status' | 'name' | 'message' | 'url'>(error);
  if (typeof url === 'string' && OF_A_MESSAGE.test(url)) {
    return { outcome: 'uncertain', reason: 'the request was about a message that is there already' };
  }
  if (code === UNKNOWN_MESSAGE) {
    return resend
      ? { outcome: 'sent', reason: 'the message was delivered, and deleted since' }
      : { outcome: 'uncertain', reason: 'unknown message' };
  }
  const refusal = REFUSALS.get(code);
  if (refusal !== undefined) return { outcome: 'not-sent', permanent: true, reason: refusal };
  if (status === 429 || isRateLimitError(name)) return { outcome: 'not-sent', reason: 'rate limit' };
  if (status === 401 || message === NO_TOKEN)
    return { outcome: 'not-sent', permanent: true, scope: 'all', reason: 'the token is not valid' };
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 408) {
    return { outcome: 'not-sent', ...(OF_CONTENT.has(status) && { scope: 'message' }), reason: `refused with status ${status}` };
  }
  if (status === undefined && neverConnected(error)) return { outcome: 'not-sent', reason: 'no connection' };
  return { outcome: 'uncertain' };
}

/** `@discordjs/rest` names its error after the route: `RateLimitError[/channels/:id/messages]`. */
function isRateLimitError(name: unknown): boolean {
  return typeof name === 'string' && /^RateLimitError(\[|$)/.test(name);
}
