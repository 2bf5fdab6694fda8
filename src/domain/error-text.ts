/** An error as one line of text: its message, or the thrown value itself where that is no `Error`. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
