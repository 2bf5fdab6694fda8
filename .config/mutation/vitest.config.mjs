import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import base from '../../vitest.config.ts';
import { targets } from './targets.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { MUTATION_TARGET: name = 'domain', MUTATION_TESTS: only } = process.env;
const { tests, mongo = false } = targets[name];

/** The first failure ends the tests of a mutant: those that take long go last. */
class ShortFirst extends BaseSequencer {
  async sort(files) {
    const isLong = ({ moduleId }) => Number(/\/(conformance|property)\/|\/model\.test/.test(moduleId));
    return files.toSorted((a, b) => isLong(a) - isLong(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: only?.split(',') ?? tests,
    globalSetup: mongo ? base.test.globalSetup : [],
    setupFiles: [here('../../test/tools/clean-up-after-file.ts'), here('setup.mjs')],
    sequence: { sequencer: ShortFirst },
    reporters: ['dot'],
  },
});
