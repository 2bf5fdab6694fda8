/**
 * A thrown value as text, for a log line or another error: the error's message, or the value
 * itself.
 */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
