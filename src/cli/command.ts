import type { Clock } from '../domain/clock.js';
import type { RandomId } from '../domain/random.js';
import type { ExitCode } from './exit-codes.js';
import type { Flags } from './flags.js';

/** One command of `sent-codes`: what it is called with, and what it does. */
export interface Command {
  readonly name: string;
  /** Its arguments, as cac writes them: `<guild> [...codes]`. */
  readonly args?: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More for its own help. */
  readonly details?: readonly string[];
  /** Its own options: flag and description. */
  readonly options?: readonly CommandOption[];
  /** Calls without the name of the program. */
  readonly examples: readonly string[];
  /** What each exit code says of this command, where that is not plain. */
  readonly exits?: readonly string[];
  /** Runs it. Arguments in order: a string, `undefined`, or a list for the last one. */
  run(context: Context, ...args: readonly (string | readonly string[] | undefined)[]): Promise<ExitCode>;
}

/** An option: `--source <word>`, and what it does. */
export type CommandOption = readonly [flag: string, description: string];

/** The terminal, or what stands in its place. */
export interface Terminal {
  /** Writes to stdout; resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Writes to stderr. */
  warn(text: string): void;
  /** What comes in on stdin; `undefined` if that is a keyboard. */
  readonly input: AsyncIterable<Uint8Array | string> | undefined;
  /** Asks a person; `undefined` if nobody is there, or answers with Ctrl-C. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
  /** Whether stderr is a terminal, for a progress bar. */
  readonly showsProgress: boolean;
  /** Whether to use colours. */
  readonly colours: boolean;
  /** Width of the terminal. */
  readonly columns: number;
}

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly randomId: RandomId;
}

/** Writes a line of text. */
export function print({ terminal }: Context, text: string): Promise<void> {
  return terminal.write(`${text}\n`);
}

/** Writes a value as one line of JSON. */
export function printJson({ terminal }: Context, value: unknown): Promise<void> {
  return terminal.write(`${JSON.stringify(value)}\n`);
}
