import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const require = createRequire(import.meta.url);

/** What the package exports. To add or remove a name is a decision, and a line in the changelog. */
const pinned = {
  index: {
    values: [
      'AbstractSentCodeStore',
      'AllStoresFailedError',
      'FallbackStore',
      'InvalidInputError',
      'JsonFileStore',
      'LeaseLostError',
      'LegacyAdapterStore',
      'MemoryStore',
      'MigrationIncompleteError',
      'MongoStore',
      'NotAuthoritativeError',
      'PartialMarkError',
      'SentCodeStoreError',
      'StoreDamagedError',
      'StoreLockedError',
      'announce',
      'classifyDiscordError',
      'discordNonce',
      'giftCodeIdentity',
      'legacyStateCollection',
      'legacyStateFile',
      'listCodes',
      'migrateLegacyState',
      'normalizeCode',
      'resetMigration',
      'sendOnce',
    ],
    types: readFileSync(new URL('exported-types.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n'),
  },
  'conformance/index': {
    values: ['runConformance', 'testSentCodeStore'],
    types: [
      'ConformanceFailure',
      'ConformanceGroupName',
      'ConformanceOptions',
      'ConformanceReport',
      'DescribeFunction',
      'Fixture',
      'ItFunction',
      'TestOptions',
    ],
  },
};

/** The names that a declaration file exports, values and types. */
function declaredNames(file: string): string[] {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  return checker.getExportsOfModule(module!).map((symbol) => symbol.name);
}

describe.for(Object.entries(pinned))('the exports of %s', ([entry, { values, types }]) => {
  it('are the pinned ones as ES module', async () => {
    expect(Object.keys((await import(dist(`${entry}.js`))) as object).sort()).toEqual([...values].sort());
  });

  it('are the pinned ones as CommonJS', () => {
    expect(Object.keys(require(dist(`${entry}.cjs`)) as object).sort()).toEqual([...values].sort());
  });

  it.for(['.d.ts', '.d.cts'])('are the pinned ones in %s', (extension) => {
    expect(declaredNames(dist(entry + extension)).sort()).toEqual([...values, ...types].sort());
  });
});
