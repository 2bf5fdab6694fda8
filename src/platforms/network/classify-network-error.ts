import type { ErrorVerdict } from '../../delivery/options.js';
import { type HttpAnswer, httpAnswerOf } from './http-answer.js';
import { neverConnected } from './never-connected.js';
import { type ResendContext, verdictOnMessage } from './resend.js';

/**
 * What an error of an HTTP request means for a message: a `classifyError` for `sendOnce` and
 * `announce`, for bots that send to somebody's API or webhook. Reads only fields of the error, so
 * it works with `fetch`, undici, axios and clients like them, and needs none of them.
 *
 * | error | outcome |
 * |---|---|
 * | 429; `reason` repeats `Retry-After` | `not-sent` |
 * | no connection: refused, unreachable, not resolved, connect timeout | `not-sent` |
 * | 423, 425 | `not-sent` |
 * | any other 4xx but 408 and 409 | `not-sent`, `permanent` |
 * | 409: an API with idempotency keys may already have the message | `uncertain` |
 * | 408, 5xx, resets, closed sockets, timeouts, aborts, and everything unknown | `uncertain` |
 * | an error with a 2xx or 3xx answer, which is not a refusal | `uncertain` |
 *
 * `fetch` does not reject for a status: throw the response, or an error with the response as its
 * `cause`.
 *
 * On a resend every `not-sent` becomes `uncertain`: the refusal of one request says nothing of an
 * earlier request. So turn off the client's own retries, or pass `{ resend: true }` for every
 * error.
 *
 * @example
 * ```ts
 * import { classifyNetworkError, sendOnce } from 'sent-code-store';
 *
 * await sendOnce(store, {
 *   guildId: 'newsletter',
 *   codes,
 *   send: async (codes) => {
 *     const response = await fetch('https://example.com/messages', {
 *       method: 'POST',
 *       body: codes.join('\n'),
 *       signal: AbortSignal.timeout(20_000),
 *     });
 *     if (!response.ok) throw new Error('refused', { cause: response });
 *   },
 *   classifyError: classifyNetworkError,
 * });
 * ```
 */
export function classifyNetworkError(error: unknown, context: ResendContext = {}): ErrorVerdict {
  return verdictOnMessage(classify(error), context);
}

function classify(error: unknown): ErrorVerdict {
  const answer = httpAnswerOf(error);
  if (answer === undefined)
    return neverConnected(error) ? { outcome: 'not-sent', reason: 'no connection' } : { outcome: 'uncertain' };
  const { status } = answer;
  if (status < 400 || status >= 500 || UNCLEAR.has(status))
    return { outcome: 'uncertain', reason: `answered with status ${status}` };
  if (status === 429) return { outcome: 'not-sent', reason: rateLimit(answer) };
  const reason = `refused with status ${status}`;
  return PASSING.has(status) ? { outcome: 'not-sent', reason } : { outcome: 'not-sent', permanent: true, reason };
}

/** Request Timeout, and Conflict. */
const UNCLEAR: ReadonlySet<number> = new Set([408, 409]);

/** Locked, and Too Early: both pass without anybody acting. */
const PASSING: ReadonlySet<number> = new Set([423, 425]);

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function rateLimit({ retryAfter }: HttpAnswer): string {
  if (retryAfter === undefined) return 'rate limit';
  return `rate limit; try again after ${/^\d+$/.test(retryAfter) ? `${retryAfter} s` : retryAfter}`;
}
