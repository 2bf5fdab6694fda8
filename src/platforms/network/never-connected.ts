import { fieldsOf } from './error-fields.js';

/**
 * Whether a request cannot have left: the connection was not made. An `EHOSTUNREACH` or `ETIMEDOUT`
 * without `connect` may come from a connection that had carried the request already.
 */
export function neverConnected(failure: unknown, depth = 0): boolean {
  // An error can be its own cause.
  if (depth > MAX_DEPTH) return false;
  const { code, syscall, cause, error, errors } = fieldsOf<'code' | 'syscall' | 'cause' | 'error' | 'errors'>(failure);
  if (CODES.has(code) || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  // One error for each address of the name that was tried.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every((each) => neverConnected(each, depth + 1));
  // `fetch` wraps the error as `cause`, grammY's HttpError as `error`.
  const inner = cause ?? error;
  return inner !== undefined && neverConnected(inner, depth + 1);
}

/** What Node's resolver and undici say of connections that were never made. */
const CODES: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** How far causes are followed. */
const MAX_DEPTH = 5;
