import { StoreDamagedError } from '../../contract/errors.js';
import { errorText } from '../../domain/error-text.js';

/**
 * Parses a file's JSON. Numbers keep every digit. `STORE_DAMAGED` with line and column (from 1, in
 * characters) if the bytes are not UTF-8 or not JSON, or if a field occurs twice with different
 * values.
 */
export async function parseJson(bytes: Uint8Array, path: string): Promise<unknown> {
  const { parse } = await losslessJson();
  // Drops a byte order mark.
  const text = new TextDecoder('utf-8').decode(bytes);
  try {
    requireUtf8(bytes, text);
    return parse(text);
  } catch (cause) {
    const reason = errorText(cause);
    const { line, column } = placeOf(text, Number(/ position (\d+)$/.exec(reason)?.[1] ?? 0));
    throw new StoreDamagedError(
      `${path}:${line}:${column}: ${reason.replace(/ at position \d+$/, '')}. Nobody can tell which codes were sent: repair or restore the file.`,
      { path, line },
      { cause },
    );
  }
}

/**
 * A state as the old bot writes it: indented by two spaces, in ASCII only, which is the default of
 * Python's `json.dump`.
 */
export async function printJson(state: unknown): Promise<string> {
  const { stringify } = await losslessJson();
  return (stringify(state, null, 2) ?? '').replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Loaded at its first use: ten modules, and most bots have no file of an old bot. */
const losslessJson = () => import('lossless-json');

function requireUtf8(bytes: Uint8Array, text: string): void {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`A byte that is not UTF-8 at position ${text.indexOf('\ufffd')}`, { cause });
  }
}

function placeOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
