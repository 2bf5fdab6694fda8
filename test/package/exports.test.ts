import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface EntryPoint {
  readonly import: { readonly types: string; readonly default: string };
  readonly require: { readonly types: string; readonly default: string };
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const require = createRequire(import.meta.url);

const { exports } = readJson('../../package.json') as { exports: Readonly<Record<string, EntryPoint | string>> };
/** What the package exports. To add or remove a name is a decision, and a line in the changelog. */
const pinned = readJson('exports.json') as Readonly<Record<string, { values: string[]; types: string[] }>>;

/** Every declaration file in one program. Names alone are asked for, so no library takes part. */
const program = ts.createProgram(
  Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .flatMap((entry) => [inPackage(entry.import.types), inPackage(entry.require.types)]),
  { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noLib: true, types: [] },
);
const checker = program.getTypeChecker();

/** The names that a declaration file exports, values and types. */
function declaredNames(file: string): string[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  return checker.getExportsOfModule(module!).map((symbol) => symbol.name);
}

it('every entry point is pinned', () => {
  expect(Object.keys(exports)).toEqual([...Object.keys(pinned), './package.json']);
});

describe.for(Object.entries(pinned))('the exports of %s', ([entry, { values, types }]) => {
  const paths = exports[entry] as EntryPoint;

  it('are the pinned ones as ES module', async () => {
    expect(Object.keys((await import(inPackage(paths.import.default))) as object).sort()).toEqual(values);
  });

  it('are the pinned ones as CommonJS', () => {
    expect(Object.keys(require(inPackage(paths.require.default)) as object).sort()).toEqual(values);
  });

  it.for([paths.import.types, paths.require.types])('are the pinned ones in %s', (file) => {
    expect(declaredNames(inPackage(file)).sort()).toEqual([...values, ...types].sort());
  });
});
