import { fieldsOf } from './error-fields.js';

/**
 * Whether a request cannot have left, because there was no connection. An `EHOSTUNREACH` or
 * `ETIMEDOUT` without `connect` may come later, from a connection that had carried the request.
 */
export function neverConnected(failure: unknown, depth = 0): boolean {
  // An error can be its own cause.
  if (depth > MAX_DEPTH) return false;
  const { code, syscall, cause, error, errors } = fieldsOf<'code' | 'syscall' | 'cause' | 'error' | 'errors'>(failure);
  if (CODES.has(code) || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  // One error for each address that was tried.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every((each) => neverConnected(each, depth + 1));
  // `fetch` keeps the error in `cause`, grammY's HttpError in `error`.
  const inner = cause ?? error;
  return inner !== undefined && neverConnected(inner, depth + 1);
}

/** Codes of Node's resolver and of undici for a connection that was never made. */
const CODES: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** How far causes are followed. */
const MAX_DEPTH = 5;
