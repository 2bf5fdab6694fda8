import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import tsconfig from './tsconfig.json' with { type: 'json' };

/** Tests that pack the package, and most of which install it: `npm run test:package`. */
export const packing = ['consumers', 'examples/examples', 'published', 'release'].map((name) => `test/package/${name}.test.ts`);

export default defineConfig({
  resolve: {
    // The entry points, as the compiler finds them.
    alias: Object.entries(tsconfig.compilerOptions.paths).map(([name, [path = '']]) => ({
      find: new RegExp(`^${name}$`),
      replacement: fileURLToPath(new URL(path, import.meta.url)),
    })),
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...packing],
    globalSetup: ['test/tools/mongo/global-setup.ts'],
    setupFiles: ['test/tools/clean-up-after-file.ts'],
    // Modules are evaluated once for each worker, not for each of 120 files.
    isolate: false,
    maxWorkers: 4,
    // Ends what hangs. What is only slow, on a busy machine, is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A failed test stays failed: a retry would hide a race.
    retry: 0,
    reporters: ['default', ['json', { outputFile: process.env['TEST_REPORT'] ?? '.test-results/suite.json' }]],
    coverage: { include: ['src/**'] },
  },
});
