import { configDefaults, defineConfig } from 'vitest/config';
import base, { packing } from '../vitest.config.ts';

// `npm run test:package`, as the suite runs, on what the suite leaves out.
export default defineConfig({
  ...base,
  test: { ...base.test, include: packing, exclude: configDefaults.exclude },
});
