/**
 * The lines of a text that comes in pieces, without empty ones. Ends early once the signal is
 * aborted, and then leaves out a line that is not whole.
 */
export async function* textLines(
  pieces: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const piece of untilStopped(pieces, signal)) {
    const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (signal.aborted) return;
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}

/** A stream that is closed under its reader fails. */
async function* untilStopped<T>(pieces: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
