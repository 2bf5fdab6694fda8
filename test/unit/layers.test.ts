import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  ['index.ts', 'store.ts'],
  ['cli'],
];
const ENTRIES = ['index.ts', 'store.ts', 'conformance/index.ts', 'platforms/discord/index.ts', 'platforms/telegram/index.ts'];

/** A folder with rooms of its own. */
interface House {
  readonly folder: string;
  /** From the bottom up, as in {@link LAYERS}: folders, or single files. `.`: all other files of the house itself. */
  readonly rooms: readonly (readonly string[])[];
}

const HOUSES: readonly House[] = [
  { folder: 'files', rooms: [['.'], ['lock']] },
  { folder: 'stores/json-file', rooms: [['format'], ['records'], ['journal', 'snapshot'], ['.']] },
  {
    folder: 'stores/fallback',
    rooms: [['events.ts', 'keys.ts'], ['options.ts'], ['chain'], ['upkeep'], ['calls'], ['.']],
  },
];

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

/** The room of a house that a file is in. */
function roomOf({ folder, rooms }: House, path: string): string {
  const inside = path.slice(folder.length + 1);
  return rooms.flat().includes(inside) ? inside : inside.replace(/(^|\/)[^/]*$/, '') || '.';
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

  it('and rooms are folders that are there', () => {
    const named = [...LAYERS.flat(), ...HOUSES.flatMap(({ folder, rooms }) => rooms.flat().map((room) => join(folder, room)))];
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  it.for(HOUSES)('have rooms in $folder, imported downward only', (house) => {
    const { folder, rooms } = house;
    const floorOf = (path: string): number => rooms.findIndex((names) => names.includes(roomOf(house, path)));
    const isInside = (path: string): boolean => path.startsWith(`${folder}/`);
    expect(files.filter(({ path }) => isInside(path) && floorOf(path) < 0).map(({ path }) => path)).toEqual([]);
    const isAllowed = (from: string, to: string): boolean =>
      roomOf(house, from) === roomOf(house, to) || floorOf(to) < floorOf(from);
    expect(violations((from, to) => !isInside(from) || !isInside(to) || isAllowed(from, to))).toEqual([]);
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

  it('open a socket, sync and rename a file in files alone, so that no lock and no atomic write is written twice', () => {
    const primitives = /\b(?:createServer|fsync|rename)\(/;
    const others = files.filter(({ path }) => !path.startsWith('files/'));
    expect(others.filter(({ packages }) => packages.includes('node:net')).map(({ path }) => path)).toEqual([]);
    // A journal is synced by its owner: it is appended to, and its name stays.
    const own = ['stores/json-file/journal/journal-file.ts'];
    expect(others.filter(({ path, text }) => primitives.test(text) && !own.includes(path)).map(({ path }) => path)).toEqual([]);
  });

  it('use nothing but the language in contract, and no I/O in domain', () => {
    const used = (folder: string): string[] =>
      files.filter(({ path }) => path.startsWith(folder)).flatMap(({ packages }) => packages);
    expect(used('contract/')).toEqual([]);
    expect(used('domain/')).toEqual(['node:crypto']);
  });
});
