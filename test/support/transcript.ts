import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManualClock } from './stores/manual-clock.js';
import { type Outcome, sentCodes } from './sent-codes.js';

/** One call in a page, and what the page says that it prints. */
export interface PageCall {
  readonly line: number;
  readonly command: string;
  readonly output: string;
}

/** The calls in the `console` blocks of a page: a line that begins with `$ `, and what follows it. */
export function callsOf(page: string): PageCall[] {
  const calls: { line: number; command: string; output: string }[] = [];
  let isOpen = false;
  for (const [index, line] of page.split('\n').entries()) {
    if (line.startsWith('```')) isOpen = line === '```console';
    else if (isOpen && line.startsWith('$ ')) calls.push({ line: index + 1, command: line.slice(2), output: '' });
    else if (isOpen) calls.at(-1)!.output += `${line}\n`;
  }
  return calls;
}

/** The page with other outputs in its blocks. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  const lines: string[] = [];
  let isOpen = false;
  let call = -1;
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) isOpen = line === '```console';
    const isCommand = isOpen && line.startsWith('$ ');
    if (isCommand || !isOpen || line.startsWith('```')) lines.push(line);
    if (isCommand) lines.push(...outputs[(call += 1)]!.split('\n').slice(0, -1));
  }
  return lines.join('\n');
}

/**
 * A shell that knows `sent-codes`, `export NAME=value`, `echo $?`, `< file` and `> file`, with a person
 * who answers `y`. Time goes on by a minute with each command.
 */
export class PageShell {
  readonly #folder: string;
  readonly #clock: ManualClock;
  readonly #env: Record<string, string> = {};
  #last: Outcome['code'] = 0;

  constructor(folder: string, clock: ManualClock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** What a terminal shows after the command. */
  async run(command: string): Promise<string> {
    this.#clock.advance(60_000);
    const [, name, value] = /^export ([A-Z_]+)=(\S+)$/.exec(command) ?? [];
    if (name !== undefined) {
      this.#env[name] = this.#inFolder(value!);
      return '';
    }
    if (command === 'echo $?') return `${this.#last}\n`;
    const words = command.split(' ');
    if (words.shift() !== 'sent-codes') throw new Error(`The shell of the pages does not know: ${command}`);
    const [input, output] = [takeBehind(words, '<'), takeBehind(words, '>')].map((file) => file && this.#inFolder(file));
    let shown = '';
    const { code, stdout } = await sentCodes(
      words.map((word) => this.#inFolder(word)),
      {
        env: this.#env,
        clock: this.#clock,
        answer: 'y',
        ...(input !== undefined && { input: readFileSync(input, 'utf8') }),
        onWrite: (stream, text) => {
          if (stream === 'stderr' || output === undefined) shown += text;
        },
      },
    );
    this.#last = code;
    if (output !== undefined) writeFileSync(output, stdout);
    return this.#shown(shown);
  }

  #inFolder(word: string): string {
    return word.startsWith('./') ? join(this.#folder, word) : word;
  }

  #shown(text: string): string {
    return (
      text
        .replaceAll(`${this.#folder}/`, './')
        // The bot of the page is a store of this process.
        .replaceAll(`another store of this process (${process.pid})`, 'process 4711')
        .replaceAll(`process ${process.pid} `, 'process 4711 ')
        .replaceAll(/ +$/gm, '')
    );
  }
}

function takeBehind(words: string[], sign: string): string | undefined {
  const at = words.indexOf(sign);
  return at === -1 ? undefined : words.splice(at, 2)[1];
}
