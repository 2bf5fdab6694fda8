import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What may be imported from outside of a room. Tools know nothing of the package's tests. */
const SHARED: Readonly<Record<string, readonly string[]>> = { tools: [], support: ['tools'] };
const SHARED_WITH_KINDS = ['support', 'tools'];

const slashed = (path: string): string => path.split(sep).join('/');
const roomOf = (path: string): string => path.split('/')[0]!;

interface TestFile {
  /** Path below test, with `/`. */
  readonly path: string;
  /** Paths below test that it imports, or names as the script of a child process. */
  readonly uses: readonly string[];
  /** What it imports from the runner. */
  readonly runnerNames: readonly string[];
  readonly mocksModules: boolean;
}

function readTestFile(path: string): TestFile {
  const text = readFileSync(join(root, path), 'utf8');
  const scripts = [...text.matchAll(/new URL\(\s*['"`]([^'"`]+)['"`],\s*import\.meta\.url/g)].map(([, name]) => name!);
  const names = [...ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName), ...scripts];
  return {
    path,
    uses: names
      .filter((name) => name.startsWith('.') || scripts.includes(name))
      .map((name) => slashed(relative(root, resolve(root, dirname(path), name))))
      .filter((target) => target !== '' && !target.startsWith('..')),
    runnerNames: [...text.matchAll(/import \{([^}]*)\} from 'vitest'/g)].flatMap(([, list]) =>
      list!.split(',').map((name) => name.trim()),
    ),
    mocksModules: /\bvi\.(mock|doMock|resetModules)\(/.test(text),
  };
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map(slashed)
  .filter((path) => path.endsWith('.ts'))
  .map(readTestFile);

const strangers = (allowed: (from: string, to: string) => boolean): string[] =>
  files.flatMap(({ path, uses }) => uses.filter((target) => !allowed(path, target)).map((target) => `${path} -> ${target}`));

describe('the rooms of test', () => {
  it('hold every file', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.map(({ path }) => path).filter((path) => !path.includes('/'))).toEqual([]);
  });

  it('use no other kind of test: what several kinds need is in support, fake servers are in tools', () => {
    const mayUse = (from: string, to: string): boolean =>
      from === to || to === 'fixtures' || (SHARED[from] ?? SHARED_WITH_KINDS).includes(to);
    expect(strangers((from, to) => mayUse(roomOf(from), roomOf(to)))).toEqual([]);
  });

  it('use no file of tests', () => {
    expect(strangers((_, target) => !/\.test\.[jt]s$/.test(target))).toEqual([]);
  });

  it('keep the tests of a tool beside it, and none in support', () => {
    const tests = files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));
    expect(tests.filter((path) => roomOf(path) === 'support')).toEqual([]);
    expect(tests.filter((path) => roomOf(path) === 'tools').length).toBeGreaterThan(10);
  });

  it('have one word for a test: it', () => {
    expect(files.filter(({ runnerNames }) => runnerNames.includes('test')).map(({ path }) => path)).toEqual([]);
  });

  it('mock no module: the files of a worker share their modules', () => {
    expect(files.filter(({ mocksModules }) => mocksModules).map(({ path }) => path)).toEqual([]);
  });
});
