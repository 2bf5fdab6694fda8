import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsFor } from '../../.ci/release/repository.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = 'Read [the page](docs/page.md).\n';

/** A repository with the scripts of this one, a package of one file, and a version that is ready. */
describe('the release script', () => {
  let folder: string;
  const options = (): ExecFileSyncOptionsWithStringEncoding => ({ cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], options());
  const release = (): { output: string; code: number } => {
    try {
      const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
      return { output: execFileSync(process.execPath, [tsx, '.ci/release/release.ts'], options()), code: 0 };
    } catch (error) {
      const { stdout, status } = error as { stdout: string; status: number };
      return { output: stdout, code: status };
    }
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sent-code-store-release-'));
    const { prepack, postpack } = (
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<'prepack' | 'postpack', string> }
    ).scripts;
    const manifest = {
      name: 'store-for-release',
      version: '1.2.0-rc.1',
      type: 'module',
      ...fieldsFor('https://github.com/us/store'),
      files: ['dist'],
      scripts: { build: 'node -p 1', prepack, postpack },
    };
    cpSync(join(root, '.ci/release'), join(folder, '.ci/release'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    cpSync(join(root, 'LICENSE'), join(folder, 'dist/index.js'));
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write('package.json', JSON.stringify(manifest));
    write('package-lock.json', JSON.stringify({ version: manifest.version }));
    write('CHANGELOG.md', '## [Unreleased]\n\n## [1.2.0-rc.1] - 2026-01-31\n\n- A thing.\n');
    write('README.md', readme);
    write('.gitignore', 'node_modules\n*.tgz\n');
    git('init', '--quiet');
    git('remote', 'add', 'origin', 'https://github.com/us/store');
    git('add', '.');
    git('commit', '--quiet', '--message', 'One');
    git('tag', 'v1.2.0-rc.1');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('packs, prints what it would publish, and leaves the README as it was', () => {
    const { output, code } = release();
    expect(code).toBe(0);
    expect(output).toContain('README.md\ndist/index.js\npackage.json\n3 files, ');
    expect(output).toContain('- A thing.');
    expect(output.trim().split('\n').at(-1)).toBe(
      'Would publish store-for-release@1.2.0-rc.1: npm publish store-for-release-1.2.0-rc.1.tgz --tag next',
    );
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readme);
    const packed = execFileSync('tar', ['-xzOf', 'store-for-release-1.2.0-rc.1.tgz', 'package/README.md'], { cwd: folder });
    expect(packed.toString()).toBe('Read [the page](https://github.com/us/store/blob/v1.2.0-rc.1/docs/page.md).\n');
  });

  it('refuses, and packs nothing, if the tag is of another commit', () => {
    git('commit', '--quiet', '--allow-empty', '--message', 'Two');
    rmSync(join(folder, 'store-for-release-1.2.0-rc.1.tgz'));
    const { output, code } = release();
    expect(code).toBe(1);
    expect(output).toContain('store-for-release@1.2.0-rc.1 cannot be published:\n- git: the tags of this commit are none');
    expect(git('status', '--porcelain', '--ignored')).not.toContain('.tgz');
  });
});
