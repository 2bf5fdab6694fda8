import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A child process that speaks in lines. Killed after the test, if it still runs. */
export class Child {
  readonly process: ChildProcess;
  /** Everything it said. */
  readonly lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #exited: Promise<unknown>;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.process = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exited = once(this.process, 'close');
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      this.lines.push(line);
      for (const waiting of this.#waiting.splice(0)) waiting(line);
    });
    onTestFinished(async () => {
      this.process.kill('SIGKILL');
      await this.#exited;
    });
  }

  /** The next line that begins with a word. */
  async line(word: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(word));
      if (found !== undefined) return found;
      await Promise.race([
        new Promise((resolve) => this.#waiting.push(resolve)),
        this.#exited.then(() => {
          throw new Error(`The child ended without "${word}": ${this.lines.join(' | ')}`);
        }),
      ]);
    }
  }

  /** Ends it as `kill -9` does, and waits until it has ended. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exited;
  }

  /** Waits for its end. Resolves to the signal that ended it, if one did. */
  async ended(): Promise<NodeJS.Signals | null> {
    await this.#exited;
    return this.process.signalCode;
  }
}
