import { errorJson } from '../contract/error-json.js';

interface HasErrors {
  readonly error?: unknown;
  readonly followUpErrors?: readonly unknown[];
}

/**
 * The same entry of a report, which `JSON.stringify` writes with its errors: of an `Error` it would make
 * `{}`. The method that does so is no enumerable property, so the entry looks as before.
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
