/**
 * An error as `JSON.stringify` should have it: name, code, message, and the same of its cause. Of
 * an error of somebody else nothing more: what its fields hold is not known, a token perhaps.
 */
export function errorJson(error: unknown, levels = 4): unknown {
  if (!(error instanceof Error)) return String(error);
  if (isOwn(error)) return error.toJSON();
  const { name, message, cause } = error;
  const { code } = error as { readonly code?: unknown };
  const hasCode = typeof code === 'string' || typeof code === 'number';
  const hasCause = cause !== undefined && levels > 1;
  return { name, ...(hasCode && { code }), message, ...(hasCause && { cause: errorJson(cause, levels - 1) }) };
}

/** Whether it is an error of this package, by its fields: the classes are made from this file. */
function isOwn(error: Error): error is Error & { toJSON(): unknown } {
  const { toJSON, code, retryable } = error as { toJSON?: unknown; code?: unknown; retryable?: unknown };
  return typeof toJSON === 'function' && typeof code === 'string' && typeof retryable === 'boolean';
}
