import { fieldsOf } from './error-fields.js';

/** The answer of an HTTP server to a request. */
export interface HttpAnswer {
  readonly status: number;
  /** The header `Retry-After`, if the answer has one. */
  readonly retryAfter: string | undefined;
}

/**
 * The answer in an error; `undefined` if the error has none.
 *
 * Where clients keep the answer:
 *
 * - a bot on `fetch`: the `Response` itself, or an error with the `Response` as its `cause`
 * - undici's ResponseError: the error itself, with `statusCode`
 *   (https://github.com/nodejs/undici/blob/main/lib/core/errors.js)
 * - axios, got and others: in `response`
 *   (https://github.com/axios/axios/blob/v1.x/lib/core/AxiosError.js)
 */
export function httpAnswerOf(error: unknown, depth = 0): HttpAnswer | undefined {
  const { response, cause } = fieldsOf<'response' | 'cause'>(error);
  // An error can be its own cause.
  if (error === undefined || depth > MAX_DEPTH) return undefined;
  return answerIn(response) ?? answerIn(error) ?? httpAnswerOf(cause, depth + 1);
}

/** How far causes are followed. */
const MAX_DEPTH = 5;

function answerIn(place: unknown): HttpAnswer | undefined {
  const { status, statusCode, headers } = fieldsOf<'status' | 'statusCode' | 'headers'>(place);
  const found = typeof status === 'number' ? status : statusCode;
  return typeof found === 'number' ? { status: found, retryAfter: retryAfterIn(headers) } : undefined;
}

function retryAfterIn(headers: unknown): string | undefined {
  const value = hasGet(headers) ? headers.get('retry-after') : fieldsOf<'retry-after'>(headers)['retry-after'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function hasGet(headers: unknown): headers is { get(name: string): unknown } {
  return typeof fieldsOf<'get'>(headers).get === 'function';
}
