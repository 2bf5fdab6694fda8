import { fileURLToPath } from 'node:url';
import { targets } from './targets.mjs';

const { MUTATION_TARGET: name = 'domain', MUTATION_FILES: files, MUTATION_WORKERS: workers = '2' } = process.env;

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('sample.mjs', import.meta.url))],
  checkers: ['sample'],
  vitest: { configFile: '.config/mutation/vitest.config.mjs', related: false },
  mutate: files?.split(',') ?? targets[name].mutate,
  ignorePatterns: [
    '/bench',
    '/docs',
    '/dist',
    '/coverage',
    '/.ci',
    '/.github',
    '/.test-results',
    '/.config/mutation/node_modules',
  ],
  coverageAnalysis: 'perTest',
  // What is evaluated once, as tables and regular expressions, would need a new process for each mutant.
  ignoreStatic: true,
  concurrency: Number(workers),
  // On a busy machine, what is only slow is no mutant that hangs.
  timeoutMS: 10_000,
  timeoutFactor: 4,
  dryRunTimeoutMinutes: 20,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.test-results/mutation-${name}.json` },
  tempDirName: '.test-results/stryker',
  allowConsoleColors: false,
};
