import { fieldsOf } from '../network/error-fields.js';

/** Telegram's answer to a request that failed. */
export interface TelegramAnswer {
  /** Telegram's `error_code`, an HTTP status. */
  readonly status: number;
  readonly description: string | undefined;
  /** Telegram's `parameters`, unchecked. */
  readonly parameters: unknown;
  /** The method of the Bot API, if the client names it. */
  readonly method: string | undefined;
}

/**
 * Telegram's answer in an error; `undefined` if there is none. An HTTP status without Telegram's
 * `error_code` comes from some proxy.
 *
 * Where clients keep it:
 *
 * - grammY's GrammyError: in the error
 *   (https://github.com/grammyjs/grammY/blob/main/src/core/error.ts)
 * - Telegraf's TelegramError: in `response`, and the method in `on`
 *   (https://github.com/telegraf/telegraf/blob/v4/src/core/network/error.ts)
 * - node-telegram-bot-api's TelegramError: in `response.body`
 *   (https://github.com/yagop/node-telegram-bot-api/blob/master/src/errors.js)
 * - clients on axios: in `response.data`
 * - a bot on `fetch`: the answer itself, or an error with it as `cause`
 */
export function telegramAnswerOf(error: unknown): TelegramAnswer | undefined {
  const { response, cause, on, method } = fieldsOf<'response' | 'cause' | 'on' | 'method'>(error);
  const { body, data } = fieldsOf<'body' | 'data'>(response);
  for (const place of [error, response, body, data, cause]) {
    const { error_code: status, description, parameters } = fieldsOf<'error_code' | 'description' | 'parameters'>(place);
    if (typeof status !== 'number') continue;
    return {
      status,
      description: asString(description),
      parameters,
      method: asString(method) ?? asString(fieldsOf<'method'>(on).method),
    };
  }
  return undefined;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
