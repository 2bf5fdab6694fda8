import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program that runs JavaScript. */
export interface Runtime {
  /** With its version. */
  readonly name: string;
  readonly command: string;
  /** What stands before the script. */
  readonly flags: readonly string[];
}

/** What the npm registry has, besides the Node that runs this. */
const PACKAGES = {
  'node-22': `npm:node-${process.platform}-${process.arch}@22`,
  'node-24': `npm:node-${process.platform}-${process.arch}@24`,
  'node-26': `npm:node-${process.platform}-${process.arch}@26`,
  bun: '1',
  deno: '2',
};

/** Installs the runtimes, outside of the project and once for all runs. Every user may read the folder. */
export async function installRuntimes(): Promise<Runtime[]> {
  const folder = join(tmpdir(), 'sent-code-store-runtimes');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  // The scripts of Bun and Deno put the binary of this machine in its place.
  const manifest = { private: true, dependencies: PACKAGES, allowScripts: { bun: true, deno: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: folder });
  const modules = join(folder, 'node_modules');
  const candidates: readonly Runtime[] = [
    { name: 'Node', command: process.execPath, flags: [] },
    ...['node-22', 'node-24', 'node-26'].map((name) => ({ name: 'Node', command: join(modules, name, 'bin/node'), flags: [] })),
    { name: 'Bun', command: join(modules, 'bun/bin/bun.exe'), flags: ['run'] },
    // Not the wrapper in .bin: a signal must reach Deno itself.
    { name: 'Deno', command: join(modules, 'deno/deno'), flags: ['run', '--allow-all', '--node-modules-dir=manual'] },
  ];
  return Promise.all(candidates.map(async (runtime) => ({ ...runtime, name: await nameOf(runtime) })));
}

/** With the version: `Node 24.1.0`. */
async function nameOf({ name, command }: Runtime): Promise<string> {
  const { stdout } = await run(command, ['--version']);
  return `${name} ${/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? stdout.trim()}`;
}
