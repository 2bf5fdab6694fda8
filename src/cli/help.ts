import type { Command, CommandOption } from './command.js';
import { EXIT } from './exit-codes.js';
import { STORE_OPTIONS } from './location.js';

const PROGRAM = 'sent-codes';
const COLUMNS = 80;

/** The options of every command that are not about the store. */
export const COMMON_OPTIONS: readonly CommandOption[] = [
  ['--json', 'JSON in place of text; lists are one object a line'],
  ['-h, --help', 'this text'],
];

/** The help of the program: its commands, and what each of them ends with. */
export function programHelp(commands: readonly Command[], version: string): string {
  const rows = commands.map((command): CommandOption => [
    [command.name, command.args].filter(Boolean).join(' '),
    command.summary,
  ]);
  return sections([
    ['', [`${PROGRAM} ${version}: what was sent to whom, and what to do about it`]],
    ['Usage', [`  ${PROGRAM} <command> [arguments] [options]`]],
    ['Commands', aligned(rows)],
    ['Store', aligned(STORE_OPTIONS)],
    ['Exit codes', exitLines()],
    ['More', [`  ${PROGRAM} <command> --help`]],
  ]);
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { name, args, summary, details = [], options = [], examples, exits = [] } = command;
  return sections([
    ['', [summary, ...details].flatMap((text) => wrapped(text, 0))],
    ['Usage', [`  ${[PROGRAM, name, args].filter((part) => part !== undefined).join(' ')} [options]`]],
    ['Options', aligned([...options, ...COMMON_OPTIONS])],
    ['Store', aligned(STORE_OPTIONS)],
    ['Exit codes', [...exits.flatMap((text) => wrapped(text, 2)), ...(exits.length > 0 ? [] : exitLines())]],
    ['Examples', examples.map((example) => `  ${PROGRAM} ${example}`)],
  ]);
}

/** The exit codes that every command shares. */
export function exitLines(): string[] {
  return [
    `  ${EXIT.ok}    done, or yes`,
    `  ${EXIT.no}    no, or something was found or left undone`,
    `  ${EXIT.usage}    called in a wrong way; nothing was done`,
    `  ${EXIT.store}    the store cannot be used`,
    `  ${EXIT.interrupted}  stopped by Ctrl-C`,
  ];
}

function sections(parts: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  return parts.map(([title, lines]) => [...(title === '' ? [] : [`${title}:`]), ...lines].join('\n')).join('\n\n');
}

function aligned(rows: readonly CommandOption[]): string[] {
  const width = Math.min(Math.max(...rows.map(([left]) => left.length)), 32);
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrapped(right, 0, COLUMNS - width - 4);
    const indent = ' '.repeat(width + 4);
    const head = left.length > width ? [`  ${left}`, indent + first] : [`  ${left.padEnd(width)}  ${first}`];
    return [...head, ...rest.map((line) => indent + line)];
  });
}

function wrapped(text: string, indent: number, columns = COLUMNS - indent): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= columns) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}
