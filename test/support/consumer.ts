import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withAbsoluteLinks } from '../../.ci/release/readme.js';
import type { Manifest } from '../../.ci/release/repository.js';

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

/** The tarball, and what npm says of it. */
export interface Packed {
  readonly tarball: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Its files, as paths in the package. */
  readonly names: readonly string[];
}

/** Packs the package as it would be published, from a copy in the folder: the README is rewritten, and others read it meanwhile. */
export async function packTarball(folder: string): Promise<Packed> {
  const copy = join(folder, 'packed');
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  const readme = join(copy, 'README.md');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(readme, withAbsoluteLinks(readFileSync(readme, 'utf8'), manifest));
  const { stdout } = await execute('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: copy });
  const [packed] = JSON.parse(stdout) as [
    { filename: string; size: number; unpackedSize: number; files: readonly { path: string }[] },
  ];
  const { filename, size, unpackedSize, files } = packed;
  return { tarball: join(folder, filename), size, unpackedSize, names: files.map(({ path }) => path) };
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
