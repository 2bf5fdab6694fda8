import { errorJson } from '../contract/error-json.js';

interface HasErrors {
  readonly error?: unknown;
  readonly followUpErrors?: readonly unknown[];
}

/**
 * Gives an entry of a report a `toJSON`, so that `JSON.stringify` keeps the entry's errors: an
 * `Error` alone becomes `{}`. The method is not enumerable, so the entry looks as before.
 */
export function withErrorJson<T extends object>(entry: T): T {
  if (!('error' in entry) && !('followUpErrors' in entry)) return entry;
  return Object.defineProperty(entry, 'toJSON', { value: () => jsonOf(entry as HasErrors), configurable: true });
}

function jsonOf(entry: HasErrors): object {
  const { error, followUpErrors } = entry;
  return {
    ...entry,
    ...(error !== undefined && { error: errorJson(error) }),
    ...(followUpErrors !== undefined && { followUpErrors: followUpErrors.map((each) => errorJson(each)) }),
  };
}
