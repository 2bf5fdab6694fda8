import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { targets } from './targets.mjs';

const { tests, mongo = false } = targets[process.env.MUTATION_TARGET];

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: tests,
    globalSetup: mongo ? base.test.globalSetup : [],
    setupFiles: [base.test.setupFiles, '.config/mutation/setup.mjs'].flat(),
    reporters: ['dot'],
  },
});
