import { InvalidInputError, SentCodeStoreError, type SentCodeStoreErrorCode, StoreLockedError } from '../contract/errors.js';
import { errorJson } from '../contract/error-json.js';
import { errorText } from '../domain/error-text.js';
import { redactor } from '../stores/mongo/redact.js';
import type { Context } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { IncompleteError } from './incomplete-error.js';
import { paint } from './text/colours.js';
import { UsageError } from './usage-error.js';

/** Says what went wrong, without secrets, and what to do. Resolves to the exit code. */
export function reportFailure(error: unknown, context: Pick<Context, 'terminal' | 'flags' | 'env'>): ExitCode {
  const { terminal, flags } = context;
  const hide = redaction(context);
  const hint = hintOf(error);
  if (flags.has('json')) {
    terminal.warn(hide(`${JSON.stringify({ error: jsonOf(error), ...(hint !== undefined && { hint }) })}\n`));
  } else {
    const name = error instanceof SentCodeStoreError ? `${error.code}: ` : '';
    terminal.warn(hide(`${paint(terminal, 'red', 'error:')} ${name}${textOf(error)}\n`));
    if (hint !== undefined) terminal.warn(`${paint(terminal, 'bold', 'what to do:')} ${hint}\n`);
  }
  return exitCodeOf(error);
}

/** What a command that failed with an error ends with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof InvalidInputError || isOfCac(error)) return EXIT.usage;
  if (error instanceof IncompleteError) return EXIT.no;
  if (!(error instanceof SentCodeStoreError)) return EXIT.store;
  if (error.code === 'ABORTED') return EXIT.interrupted;
  return error.code === 'MIGRATION_INCOMPLETE' ? EXIT.no : EXIT.store;
}

/** Hides the secrets of every URI of the call, in whatever text shows them. */
export function redaction({ flags, env }: Pick<Context, 'flags' | 'env'>): (text: string) => string {
  const given = [...flags.texts('store'), env['SENT_CODES_STORE'], env['MONGODB_URI'], env['MONGO_URI']];
  const redactors = given.filter((uri) => uri?.startsWith('mongodb')).map((uri) => redactor(uri ?? '', undefined));
  return (text) => redactors.reduce((shown, redact) => redact(shown), redactor('', undefined)(text));
}

const HINTS: Partial<Record<SentCodeStoreErrorCode, string>> = {
  STORE_NOT_FOUND: 'check the path, or pass --create to make a new store.',
  STORE_DAMAGED: 'sent-codes doctor shows the damage; restore a backup, or read docs/operating.md before sent-codes recover.',
  STORE_UNAVAILABLE: 'sent-codes doctor says what is wrong with the database.',
  STORE_TIMEOUT: 'repeat the call; --timeout gives it longer.',
  DRIVER_MISSING: 'npm install mongodb',
  IDENTITY_MISMATCH: 'pass --identity with the name that the store was filled under.',
};

function hintOf(error: unknown): string | undefined {
  if (error instanceof StoreLockedError) {
    const owner = error.pid === undefined ? 'the process that has it' : `process ${error.pid}`;
    return `stop ${owner} first, or let the bot do it; check, list, stats, uncertain, export and doctor work beside it. --wait 10000 waits 10 s.`;
  }
  if (error instanceof UsageError || isOfCac(error)) return 'sent-codes --help';
  return error instanceof SentCodeStoreError ? HINTS[error.code] : undefined;
}

function textOf(error: unknown): string {
  if (error instanceof SentCodeStoreError || error instanceof IncompleteError) return errorText(error);
  if (error instanceof UsageError || isOfCac(error)) return errorText(error);
  // A defect of the program: where it happened is all that is known.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function jsonOf(error: unknown): unknown {
  return error instanceof UsageError || isOfCac(error) ? { name: 'UsageError', message: errorText(error) } : errorJson(error);
}

function isOfCac(error: unknown): boolean {
  return error instanceof Error && error.name === 'CACError';
}
