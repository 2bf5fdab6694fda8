import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src', import.meta.url));

/** From the bottom up. A file imports from lower layers and from its own folder. */
const LAYERS = [
  ['contract'],
  ['domain'],
  ['files', 'core'],
  ['stores'],
  ['migration', 'conformance'],
  ['delivery'],
  ['platforms'],
  ['cli'],
  ['index.ts', 'store.ts'],
];
const ENTRIES = ['index.ts', 'store.ts', 'conformance/index.ts', 'platforms/discord/index.ts', 'platforms/telegram/index.ts'];

interface SourceFile {
  /** Path below src, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Files of src that it imports, types too. */
  readonly imports: readonly string[];
  /** Packages and built-in modules that it imports, also with `import()`. */
  readonly packages: readonly string[];
}

function readSource(file: string): SourceFile {
  const path = relative(root, file).split(sep).join('/');
  const text = readFileSync(file, 'utf8');
  const names = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return {
    path,
    text,
    imports: names
      .filter((name) => name.startsWith('.'))
      .map((name) =>
        relative(root, resolve(dirname(file), name))
          .split(sep)
          .join('/')
          .replace(/\.js$/, '.ts'),
      ),
    packages: names.filter((name) => !name.startsWith('.')),
  };
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readSource(join(root, name)));

/** `stores/mongo` for a file of a store, the first folder for others. */
function folderOf(path: string): string {
  const [first, second] = path.split('/');
  return first === 'stores' ? `${first}/${second}` : first!;
}

function layerOf(path: string): number {
  return LAYERS.findIndex((folders) => folders.includes(path.split('/')[0]!));
}

function violations(allowed: (from: string, to: string) => boolean): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter((target) => !allowed(path, target)).map((target) => `${path} -> ${target}`),
  );
}

describe('the layers of src', () => {
  it('hold every file, and every import leads to one', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path)).toEqual([]);
    const paths = new Set(files.map(({ path }) => path));
    expect(violations((_, target) => paths.has(target))).toEqual([]);
  });

  it('are imported downward only, and stores never import one another', () => {
    expect(violations((from, to) => folderOf(from) === folderOf(to) || layerOf(to) < layerOf(from))).toEqual([]);
  });

  it('have no cycle of files', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path) || trail.includes(path)) return;
      for (const target of byPath.get(path)?.imports ?? []) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('have no file that only hands on what others export, but the entry points', () => {
    const isBarrel = ({ path, text }: SourceFile): boolean =>
      ts
        .createSourceFile(path, text, ts.ScriptTarget.ESNext)
        .statements.every((statement) => ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement));
    expect(
      files
        .filter(isBarrel)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([...ENTRIES].sort());
  });

  it('name the driver of MongoDB in stores/mongo alone', () => {
    const naming = files.filter(({ packages }) => packages.some((name) => name === 'mongodb' || name.startsWith('mongodb/')));
    expect(naming.filter(({ path }) => !path.startsWith('stores/mongo/')).map(({ path }) => path)).toEqual([]);
  });

  it('use nothing but the language in contract, and no I/O in domain', () => {
    const used = (folder: string): string[] =>
      files.filter(({ path }) => path.startsWith(folder)).flatMap(({ packages }) => packages);
    expect(used('contract/')).toEqual([]);
    expect(used('domain/')).toEqual(['node:crypto']);
  });
});
