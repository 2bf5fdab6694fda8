import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'tsup';
import { afterAll, onTestFinished } from 'vitest';

/**
 * Bundles a script for child processes, once for a test file: translating the sources anew in each of a few hundred children would take
 * minutes. Resolves to the path of the script.
 */
export async function bundle(entry: URL): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'json-file-child-'));
  // Children of other users run it too.
  fs.chmodSync(folder, 0o755);
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  await build({
    entry: { child: entry.pathname },
    outDir: folder,
    format: 'cjs',
    target: 'node20',
    noExternal: [/.*/],
    config: false,
    silent: true,
    clean: false,
  });
  return path.join(folder, 'child.cjs');
}

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
