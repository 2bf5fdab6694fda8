import type { ErrorVerdict } from '../../delivery/options.js';
import { fieldsOf } from '../network/error-fields.js';
import { neverConnected } from '../network/never-connected.js';
import { type ResendContext, verdictOnMessage } from '../network/resend.js';
import { type TelegramAnswer, telegramAnswerOf } from './telegram-answer.js';

/**
 * What an error of Telegram's Bot API, of a client or of the network means for a message: a
 * `classifyError` for `sendOnce` and `announce`. Reads only fields of the error, so it needs no
 * client. Works with grammY, Telegraf, node-telegram-bot-api, and every client that throws
 * Telegram's answer or keeps it in `response` or `cause`.
 *
 * | error | outcome |
 * |---|---|
 * | 429: `reason` says after how many seconds Telegram takes messages again | `not-sent` |
 * | no connection: refused, unreachable, not resolved, connect timeout | `not-sent` |
 * | 400: no such chat, no rights, a text that Telegram does not take | `not-sent`, `permanent` |
 * | 403: the bot was blocked, or is not in the chat | `not-sent`, `permanent` |
 * | 400 about the text alone: too long, empty, not parsed | the same, about the `message` alone |
 * | 401 and 404: the token is not valid | `not-sent`, `permanent`, for `all` chats |
 * | any other 4xx but 408 | `not-sent` |
 * | a refusal of a method that sends nothing, such as `pinChatMessage` | `uncertain` |
 * | 408, 5xx, resets, closed sockets, timeouts, aborts, and everything unknown | `uncertain` |
 *
 * Telegram has no nonce, so an uncertain message stays uncertain. On a resend every `not-sent`
 * becomes `uncertain` too: the refusal of one request says nothing of an earlier request. So turn
 * off the client's own retries, such as grammY's plugin auto-retry, or pass `{ resend: true }` for
 * every error.
 *
 * The answers are documented at https://core.telegram.org/bots/api#making-requests and
 * https://core.telegram.org/bots/api#responseparameters.
 *
 * @example
 * ```ts
 * import { sendOnce } from 'sent-code-store';
 * import { classifyTelegramError } from 'sent-code-store/telegram';
 *
 * await sendOnce(store, {
 *   guildId: chatId,
 *   codes,
 *   send: (codes) => bot.api.sendMessage(chatId, codes.join('\n')),
 *   classifyError: classifyTelegramError,
 * });
 * ```
 */
export function classifyTelegramError(error: unknown, context: ResendContext = {}): ErrorVerdict {
  return verdictOnMessage(classify(error), context);
}

function classify(error: unknown): ErrorVerdict {
  const answer = telegramAnswerOf(error);
  if (answer === undefined) {
    return neverConnected(error) ? { outcome: 'not-sent', reason: 'no connection' } : { outcome: 'uncertain' };
  }
  const { status, method } = answer;
  if (status < 400 || status === 408 || status >= 500) return { outcome: 'uncertain', reason: reasonOf(answer) };
  if (method !== undefined && !SENDS.test(method)) {
    return { outcome: 'uncertain', reason: `${method} was refused, which says nothing of the message` };
  }
  if (status === 429) return { outcome: 'not-sent', reason: rateLimit(answer) };
  if (status === 401 || status === 404)
    return { outcome: 'not-sent', permanent: true, scope: 'all', reason: 'the token is not valid' };
  const isOfContent = status === 400 && OF_CONTENT.test(answer.description ?? '');
  return {
    outcome: 'not-sent',
    ...(PERMANENT.has(status) && { permanent: true }),
    ...(isOfContent && { scope: 'message' }),
    reason: reasonOf(answer),
  };
}

/**
 * Methods that send a message, so that their refusal says "not sent". A chat action is not a
 * message.
 */
const SENDS = /^(send(?!ChatAction)|copyMessage|forwardMessage)/i;

/** Refusals that stay until a person acts: the chat, the rights of the bot, the text. */
const PERMANENT: ReadonlySet<number> = new Set([400, 403]);

/** A 400 about the text, not about the chat or the rights in it. */
const OF_CONTENT = /can't parse|(message|text|caption) (text )?is (too long|empty)|ENTITY|BUTTON_/i;

function rateLimit({ parameters }: TelegramAnswer): string {
  const { retry_after: seconds } = fieldsOf<'retry_after'>(parameters);
  return typeof seconds === 'number' ? `rate limit; try again after ${seconds} s` : 'rate limit';
}

function reasonOf({ status, description, parameters }: TelegramAnswer): string {
  const { migrate_to_chat_id: chatId } = fieldsOf<'migrate_to_chat_id'>(parameters);
  const text = description ?? `refused with status ${status}`;
  return typeof chatId === 'number' ? `${text}; the id of the new chat is ${chatId}` : text;
}
