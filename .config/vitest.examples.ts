import { configDefaults, defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

// `npm run test:examples`, as the suite runs, on what the suite leaves out.
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/package/examples/*.test.ts'], exclude: configDefaults.exclude },
});
