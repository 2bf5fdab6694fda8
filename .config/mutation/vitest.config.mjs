import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { targets } from './targets.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { tests, mongo = false } = targets[process.env.MUTATION_TARGET ?? 'domain'];

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: tests,
    globalSetup: mongo ? base.test.globalSetup : [],
    setupFiles: [here('../../test/tools/clean-up-after-file.ts'), here('setup.mjs')],
    reporters: ['dot'],
  },
});
