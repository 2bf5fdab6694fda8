import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { Watched } from './watched.js';

/** One life of an example. */
export interface ExampleProcess {
  /** What it has printed. */
  output(): string;
  /** Resolves to what is found in that, as soon as something is found. Rejects as `during` does. */
  printed<T>(find: (output: string) => T | null | undefined): Promise<T>;
  /** As the promise, but rejects with what the process has printed if it ends before. */
  during<T>(promise: Promise<T>): Promise<T>;
  /** With SIGKILL, and all processes that it has started. */
  kill(): Promise<void>;
}

/** Starts a script of an example, as somebody who has copied it does. What is not in `env` is not set, but for what Node needs. */
export function startExample(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): ExampleProcess {
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env['PATH'], ...env }, detached: true });
  const printing = new Watched();
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      printing.changed();
    });
  }
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(`the example ended: ${printed}`);
  });
  ended.catch(() => undefined);
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  return {
    output: () => printed,
    printed: async (find) => {
      await Promise.race([printing.until(() => (find(printed) ?? undefined) !== undefined), ended]);
      return find(printed)!;
    },
    during: (promise) => Promise.race([promise, ended]),
    kill,
  };
}
