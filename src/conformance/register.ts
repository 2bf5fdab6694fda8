import { checkTestOptions, type ConformanceOptions } from './options.js';
import { DEFAULT_TIMEOUT_MS, planTests, type PlannedTest } from './run.js';

/**
 * Registers the tests of the kit with a test runner: one `describe` for the store, and in it one
 * for each group. `INVALID_OPTION` for wrong options.
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'sent-code-store';
 * import { testSentCodeStore } from 'sent-code-store/conformance';
 * import { describe, it } from 'vitest';
 *
 * testSentCodeStore({
 *   name: 'MemoryStore',
 *   describe,
 *   it,
 *   supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: false },
 *   create: async () => {
 *     const clock = { ms: 0, now: () => Date.now(), monotonic: () => clock.ms };
 *     const store = new MemoryStore({ clock });
 *     return {
 *       store,
 *       advance: async (ms) => {
 *         clock.ms += ms;
 *       },
 *       dispose: () => store.close(),
 *     };
 *   },
 *   skip: { outages: 'memory does not fail' },
 * });
 * ```
 */
export function testSentCodeStore(options: TestOptions): void {
  checkTestOptions(options);
  const describe = options.describe ?? (fromGlobals('describe') as DescribeFunction);
  const it = options.it ?? (fromGlobals('it') as ItFunction);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const tests = planTests(options);
  describe(`${options.name} is a SentCodeStore`, () => {
    for (const group of new Set(tests.map((test) => test.group))) {
      describe(group, () => {
        for (const test of tests.filter((one) => one.group === group)) register(it, test, timeoutMs);
      });
    }
  });
}

/** Options of {@link testSentCodeStore}. */
export interface TestOptions extends ConformanceOptions {
  /** The heading of the tests: the store, and how it is set up. */
  readonly name: string;
  /** The runner's `describe`. Default: the global one. */
  readonly describe?: DescribeFunction;
  /** The runner's `it`. Default: the global one. */
  readonly it?: ItFunction;
}

/** `describe` of vitest, jest, mocha or node:test. */
export type DescribeFunction = (name: string, body: () => void) => unknown;

/** `it` of vitest, jest, mocha or node:test. */
export interface ItFunction {
  (name: string, run: () => Promise<void>, timeoutMs?: number): unknown;
  /** Registers a test that does not run. */
  readonly skip?: (name: string, run: () => Promise<void>) => unknown;
}

function register(it: ItFunction, { name, run, skipped }: PlannedTest, timeoutMs: number): void {
  if (skipped === undefined) it(name, run, timeoutMs);
  else it.skip?.(`${name} (left out: ${skipped})`, run);
}

function fromGlobals(name: 'describe' | 'it'): unknown {
  const found: unknown = (globalThis as Record<string, unknown>)[name];
  if (typeof found === 'function') return found;
  throw new Error(
    `testSentCodeStore found no global ${name}(). Pass describe and it of your test runner: testSentCodeStore({ describe, it, … }) with ` +
      "import { describe, it } from 'vitest' or 'node:test'.",
  );
}
