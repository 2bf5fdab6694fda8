import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^sent-code-store$/, replacement: source('src/index.ts') },
      { find: /^sent-code-store\/conformance$/, replacement: source('src/conformance/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/tools/mongo/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A failed test stays failed: a retry would hide a race.
    retry: 0,
    reporters: ['default', ['json', { outputFile: process.env['TEST_REPORT'] ?? '.test-results/suite.json' }]],
    coverage: { include: ['src/**'] },
  },
});
