import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { ScenarioName } from './scenarios.js';

/** What a child does. */
export interface ChildOptions {
  readonly folder: string;
  readonly log: string;
  readonly scenario: ScenarioName;
  /** In turns: all calls are on the main thread, in an order that is the same in every run. */
  readonly files: 'in turns' | 'in turns, without syncs' | 'as they are';
  /** The step on the file system before which it kills itself. */
  readonly killAt?: number;
}

/** What a child did. */
export interface Run {
  readonly begun: ReadonlySet<string>;
  readonly done: ReadonlySet<string>;
  /** Steps that were rejected, with the error's code and text. */
  readonly failed: ReadonlyMap<string, readonly [code: string, message: string]>;
  /** What the store answered at the end, by `guild:code`. */
  readonly says: ReadonlyMap<string, string>;
  /** How many steps it took to the end; NaN if it was killed. */
  readonly steps: number;
  readonly killed: boolean;
}

/** Runs a child to its end, as `strace` does with some arguments if there are any. */
export async function runChild(script: string, options: ChildOptions, strace: readonly string[] = []): Promise<Run> {
  fs.mkdirSync(options.folder, { recursive: true });
  fs.writeFileSync(options.log, '');
  const command = [...(strace.length > 0 ? ['strace', ...strace] : []), process.execPath, script, JSON.stringify(options)];
  // One thread of the pool: then the calls of a thread have an order.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const running = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'], env });
  const [code, signal] = (await once(running, 'exit')) as [number | null, string | null];
  const killed = signal === 'SIGKILL';
  if (!killed && code !== 0) throw new Error(`the child ended with ${code ?? signal}: ${path.basename(options.folder)}`);
  return { ...readLog(fs.readFileSync(options.log, 'utf8')), killed };
}

function readLog(text: string): Omit<Run, 'killed'> {
  // A line without its end was not written before the kill.
  const lines = text.split('\n').slice(0, -1);
  const after = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const entry = (line: string, words: number): [string, string] => {
    const parts = line.split(' ');
    return [parts.slice(0, words).join(' '), parts.slice(words).join(' ')];
  };
  const skipped = new Set(after('skipped').map((line) => entry(line, 2)[0]));
  return {
    begun: new Set(after('begun').filter((step) => !skipped.has(step))),
    done: new Set(after('done')),
    failed: new Map(
      after('failed').map((line) => {
        const [step, error] = entry(line, 2);
        return [step, JSON.parse(error) as [string, string]];
      }),
    ),
    says: new Map(after('says').map((line) => entry(line, 1))),
    steps: Number(after('end')[0]),
  };
}
