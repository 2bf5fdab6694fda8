import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^sent-code-store$/, replacement: new URL('src/index.ts', import.meta.url).pathname },
      { find: /^sent-code-store\/conformance$/, replacement: new URL('src/conformance/index.ts', import.meta.url).pathname },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/mongo/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A failed test stays failed: a retry would hide a race.
    retry: 0,
  },
});
