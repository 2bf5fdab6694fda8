import { withinLimit } from '../core/time-limit.js';
import { withErrorJson } from '../domain/error-json.js';
import { contextOf } from './context.js';
import { groups, type ConformanceGroupName } from './groups.js';
import { checkConformanceOptions, type ConformanceOptions } from './options.js';
import type { ConformanceTest } from './test-case.js';

/** One test of the kit as a runner takes it. */
export interface PlannedTest {
  readonly group: ConformanceGroupName;
  readonly name: string;
  /** Why it is left out. */
  readonly skipped?: string;
  readonly run: () => Promise<void>;
}

/** A test that failed. */
export interface ConformanceFailure {
  readonly group: ConformanceGroupName;
  readonly name: string;
  /** What the test rejected with. */
  readonly error: unknown;
}

/** What {@link runConformance} found. */
export interface ConformanceReport {
  /** Number of tests that passed. */
  readonly passed: number;
  /** The tests that failed. None: the store conforms. */
  readonly failures: readonly ConformanceFailure[];
  /** The groups that were left out, and why. */
  readonly skipped: Readonly<Partial<Record<ConformanceGroupName, string>>>;
}

/** The tests that apply to a store. The options are checked already. */
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

/** Runs the kit without a test runner, one test after the other. Never rejects because a test failed: the report says so. `INVALID_OPTION` for wrong options. */
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

/** {@link ConformanceOptions.timeoutMs} unless given. */
export const DEFAULT_TIMEOUT_MS = 60_000;

async function runTest(test: ConformanceTest, { create, supports }: ConformanceOptions): Promise<void> {
  const fixture = await create();
  try {
    await test.run(contextOf(fixture, supports));
  } finally {
    await fixture.dispose();
  }
}
