import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Packed, packTarball } from '../support/consumer.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const LIMIT = { packed: 700_000, unpacked: 3_100_000 };

/** Code that several entry points share is in files with a hash in their names. */
const isShared = (name: string): boolean => /^dist\/[a-z]+(?:\.d)?-[\w-]{8}\.(?:c?js|c?js\.map|d\.ts|d\.cts)$/.test(name);

/** Each entry point as ES module and as CommonJS with types for both, the command, a map for each file of code. */
function expectedFiles(): string[] {
  const manifest = readManifest(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = pathsIn([manifest.exports, manifest.bin ?? {}]).map((path) => path.replace(/^\.\//, ''));
  const files = new Set(['README.md', 'CHANGELOG.md', 'LICENSE', ...entries]);
  for (const name of [...files]) if (/\.c?js$/.test(name)) files.add(`${name}.map`);
  return [...files];
}

interface Manifest {
  readonly exports: object;
  readonly bin?: object;
  readonly dependencies: object;
  readonly peerDependenciesMeta: object;
}

const readManifest = (text: string): Manifest => JSON.parse(text) as Manifest;

const pathsIn = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Object.values(value as object).flatMap(pathsIn);

describe('the published package', () => {
  let folder: string;
  let packed: Packed;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sent-code-store-published-'));
    packed = await packTarball(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is clean for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: root, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('is clean for arethetypeswrong', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    await run(process.execPath, [attw, packed.tarball, '--profile', 'node16', '--no-emoji']);
  });

  it('has the files that the sources and the entry points make, the documents, and nothing else', () => {
    expect(packed.names.filter((name) => !isShared(name)).sort()).toEqual(expectedFiles().sort());
  });

  // A limit that is reached is a decision: what was added, and is it worth its size to everybody who installs?
  it(`has at most ${LIMIT.packed} bytes packed and ${LIMIT.unpacked} unpacked`, () => {
    expect(packed.size).toBeLessThan(LIMIT.packed);
    expect(packed.unpackedSize).toBeLessThan(LIMIT.unpacked);
  });

  it('has no text of the sources in its source maps', async () => {
    const maps = packed.names
      .filter((name) => name.endsWith('.map'))
      .map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')) as object);
    expect(maps.length).toBeGreaterThan(20);
    expect(maps.filter((map) => 'sourcesContent' in map)).toEqual([]);
  });

  it('has a README whose links lead to the repository at the tag of the version', async () => {
    const { stdout } = await run('tar', ['-xzOf', packed.tarball, 'package/README.md']);
    expect(stdout).not.toMatch(/\]\((?![a-z]+:|#)/);
    expect(stdout).toMatch(/\]\(https:\/\/github\.com\/[^/]+\/[^/]+\/blob\/v[^/]+\/docs\/guarantees\.md\)/);
  });

  it('depends on nothing at run time but what it names', async () => {
    const { stdout } = await run('tar', ['-xzOf', packed.tarball, 'package/package.json']);
    const manifest = readManifest(stdout);
    expect(Object.keys(manifest.dependencies)).toEqual(['lossless-json', 'zod']);
    expect(manifest.peerDependenciesMeta).toEqual({ mongodb: { optional: true } });
  });
});
