import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packTarball } from '../support/consumer.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the published package', () => {
  let folder: string;
  let tarball: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sent-code-store-published-'));
    tarball = await packTarball(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is clean for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: root, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('is clean for arethetypeswrong', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    await run(process.execPath, [attw, tarball, '--profile', 'node16', '--no-emoji']);
  });

  it('has the code, the types, the source maps and the documents, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const strangers = stdout
      .trim()
      .split('\n')
      .filter(
        (name) => !/^package\/(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|cjs|d\.ts|d\.cts|map))$/.test(name),
      );
    expect(strangers).toEqual([]);
  });

  it('depends on nothing at run time but what it names', async () => {
    const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
    const manifest = JSON.parse(stdout) as { dependencies: object; peerDependenciesMeta: object };
    expect(Object.keys(manifest.dependencies)).toEqual(['lossless-json', 'zod']);
    expect(manifest.peerDependenciesMeta).toEqual({ mongodb: { optional: true } });
  });
});
