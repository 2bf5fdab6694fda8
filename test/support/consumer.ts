import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** An empty project of somebody who installs packages. */
export interface Consumer {
  readonly folder: string;
  write(name: string, text: string): void;
  run(command: string, ...args: string[]): Promise<Outcome>;
  dispose(): void;
}

/** Packs the package as it would be published; the path of the tarball. */
export async function packTarball(folder: string): Promise<string> {
  const { stdout } = await execute('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, packed.filename);
}

/** Makes an empty project and installs packages into it. */
export async function makeConsumer(packages: readonly string[], type: 'module' | 'commonjs' = 'module'): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-consumer-'));
  const run = async (command: string, ...args: string[]): Promise<Outcome> => {
    try {
      const { stdout, stderr } = await execute(command, args, { cwd: folder, maxBuffer: 2 ** 26 });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
  const installed = await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...packages);
  if (installed.code !== 0) throw new Error(`npm install failed: ${installed.output}`);
  return {
    folder,
    write: (name, text) => writeFileSync(join(folder, name), text),
    run,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
