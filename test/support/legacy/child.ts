import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { scriptOf } from '../../tools/script.js';

/** A process that runs a `main.ts` of the tests. It is killed after the test if it runs still. */
export interface Child {
  /** The lines that it printed so far. */
  readonly lines: readonly string[];
  /** Resolves when it has printed this many lines. Rejects if it ends before. */
  printed(count: number): Promise<void>;
  /** Resolves when it has ended by itself. Rejects if it failed. */
  finished(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a `main.ts`. `limit`: the largest file in KiB that it may write. */
export async function startChild(main: URL, args: readonly string[], { limit }: { limit?: number } = {}): Promise<Child> {
  const command = [process.execPath, await scriptOf(main), ...args];
  const limited = limit === undefined ? command : ['bash', '-c', `ulimit -f ${limit} && exec "$@"`, 'bash', ...command];
  const child = spawn(limited[0]!, limited.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    lines,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (lines.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(([code]) => reject(new Error(`ended with ${code} after ${lines.length} lines of ${count}`)));
      }),
    finished: async () => {
      const [code] = await ended;
      if (code !== 0) throw new Error(`ended with ${code}`);
    },
    kill,
  };
}
