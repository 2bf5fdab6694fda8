import { cac } from 'cac';
import { type Clock, systemClock } from '../domain/clock.js';
import { nearest } from '../domain/nearest.js';
import { type RandomId, randomId } from '../domain/random.js';
import { COMMANDS } from './all-commands.js';
import { readArguments, unmarked } from './arguments.js';
import type { Command, Context, Terminal } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { reportFailure } from './failure.js';
import { Flags } from './flags.js';
import { COMMON_OPTIONS, commandHelp, programHelp } from './help.js';
import { STORE_OPTIONS } from './location.js';
import { UsageError } from './usage-error.js';

/** What a call is made with. */
export interface Call {
  /** The arguments behind the name of the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly version: string;
  readonly signal: AbortSignal;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly randomId?: RandomId;
}

/** Runs one call of `sent-codes`. Never rejects. Resolves to the exit code. */
export async function runCommandLine(call: Call): Promise<ExitCode> {
  let flags = new Flags({ json: call.args.includes('--json') });
  try {
    const program = cac('sent-codes');
    for (const [flag, text] of [...COMMON_OPTIONS, ...STORE_OPTIONS]) program.option(flag, text);
    for (const command of COMMANDS) {
      const known = program.command([command.name, command.args].filter(Boolean).join(' '), command.summary);
      for (const [flag, text] of command.options ?? []) known.option(flag, text);
      known.action((...given: unknown[]) => {
        const args = given.slice(0, -1).map(unmarked) as (string | string[] | undefined)[];
        return command.run(contextOf(call, flags), ...args);
      });
    }
    program.parse(['node', 'sent-codes', ...readArguments(call.args, valuedOptions())], { run: false });
    flags = new Flags(Object.fromEntries(Object.entries(program.options).map(([name, value]) => [name, unmarked(value)])));
    const command = COMMANDS.find(({ name }) => name === program.matchedCommandName);
    if (flags.has('help') || call.args.length === 0) {
      await call.terminal.write(`${command === undefined ? programHelp(COMMANDS, call.version) : commandHelp(command)}\n`);
      return call.args.length === 0 ? EXIT.usage : EXIT.ok;
    }
    if (command === undefined && call.args.some((arg) => arg === '--version' || arg === '-V')) {
      await call.terminal.write(`${call.version}\n`);
      return EXIT.ok;
    }
    if (command === undefined) throw unknownCommand(program.args[0]);
    return (await program.runMatchedCommand()) as ExitCode;
  } catch (error) {
    return reportFailure(error, { ...call, flags });
  }
}

function contextOf(call: Call, flags: Flags): Context {
  const { terminal, env, signal, clock = systemClock, randomId: newId = randomId } = call;
  return { terminal, env, signal, flags, clock, randomId: newId };
}

function valuedOptions(): ReadonlySet<string> {
  const all = [...STORE_OPTIONS, ...COMMANDS.flatMap(({ options = [] }: Command) => options)];
  return new Set(all.filter(([flag]) => flag.includes('<')).map(([flag]) => flag.split(' ')[0] ?? ''));
}

function unknownCommand(name: string | undefined): UsageError {
  if (name === undefined) return new UsageError('Which command?');
  const meant = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  return new UsageError(`There is no command ${JSON.stringify(name)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`);
}
