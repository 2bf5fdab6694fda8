import { withinLimit } from '../core/time-limit.js';
import { withErrorJson } from '../domain/error-json.js';
import { contextOf } from './context.js';
import { groups, type ConformanceGroupName } from './groups.js';
import { checkConformanceOptions, type ConformanceOptions } from './options.js';
import type { ConformanceTest } from './test-case.js';

/**
 * Runs the kit without a test runner, one test after the other. A failed test is in the report, and
 * rejects nothing. `INVALID_OPTION` for wrong options.
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'sent-code-store';
 * import { runConformance } from 'sent-code-store/conformance';
 *
 * const report = await runConformance({
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
 * console.log(report.passed, report.failures);
 * ```
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  checkConformanceOptions(options);
  let passed = 0;
  const failures: ConformanceFailure[] = [];
  for (const { group, name, skipped, run } of planTests(options)) {
    if (skipped !== undefined) continue;
    try {
      const limitMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      await withinLimit(limitMs, run(), () => new Error(`No end after ${limitMs} ms.`));
      passed += 1;
    } catch (error) {
      failures.push(withErrorJson({ group, name, error }));
    }
  }
  return { passed, failures, skipped: options.skip ?? {} };
}

/** The tests for a store. The options are checked already. */
export function planTests(options: ConformanceOptions): PlannedTest[] {
  return groups.flatMap((group) =>
    group.tests
      .filter((test) => test.when?.(options.supports) ?? true)
      .map((test): PlannedTest => {
        const skipped = options.skip?.[group.name];
        return {
          group: group.name,
          name: test.name,
          ...(skipped !== undefined && { skipped }),
          run: () => runTest(test, options),
        };
      }),
  );
}

/** What {@link runConformance} found. */
export interface ConformanceReport {
  /** Number of tests that passed. */
  readonly passed: number;
  /** The tests that failed. Empty: the store keeps its promises. */
  readonly failures: readonly ConformanceFailure[];
  /** The groups that were left out, with the reasons. */
  readonly skipped: Readonly<Partial<Record<ConformanceGroupName, string>>>;
}

/** A test that failed. */
export interface ConformanceFailure {
  readonly group: ConformanceGroupName;
  readonly name: string;
  /** The error of the test. */
  readonly error: unknown;
}

/** One test of the kit, ready to run. */
export interface PlannedTest {
  readonly group: ConformanceGroupName;
  readonly name: string;
  /** Why the test is left out. */
  readonly skipped?: string;
  readonly run: () => Promise<void>;
}

/** Default of {@link ConformanceOptions.timeoutMs}, in ms. */
export const DEFAULT_TIMEOUT_MS = 60_000;

async function runTest(test: ConformanceTest, { create, supports }: ConformanceOptions): Promise<void> {
  const fixture = await create();
  try {
    await test.run(contextOf(fixture, supports));
  } finally {
    await fixture.dispose();
  }
}
