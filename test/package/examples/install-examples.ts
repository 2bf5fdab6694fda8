import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packTarball } from '../../support/consumer.js';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../../docs/examples', import.meta.url));

/** Every example that is a package. */
export const exampleNames: readonly string[] = readdirSync(source).filter((name) =>
  existsSync(join(source, name, 'package.json')),
);

export interface InstalledExamples {
  folderOf(name: string): string;
  dispose(): void;
}

/** Copies the examples, and installs this package, as it would be published, with all that they need: once for all of them. */
export async function installExamples(): Promise<InstalledExamples> {
  const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-examples-'));
  const { tarball } = await packTarball(folder);
  for (const name of exampleNames) {
    cpSync(join(source, name), join(folder, name), { recursive: true });
    const manifest = join(folder, name, 'package.json');
    const { dependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies: Record<string, string> };
    writeFileSync(manifest, JSON.stringify({ ...rest, dependencies: { ...dependencies, 'sent-code-store': `file:${tarball}` } }));
    mkdirSync(join(folder, name, 'data'));
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, workspaces: exampleNames }));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: folder });
  return {
    folderOf: (name) => join(folder, name),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
