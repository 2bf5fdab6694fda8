import type { StoreSupport } from '../contract/support.js';
import type { TestContext } from './context.js';

/** One promise of the contract. */
export interface ConformanceTest {
  /** A sentence: what is promised. */
  readonly name: string;
  /** Whether the promise is made by a store that supports this; every store makes it if absent. */
  readonly when?: (supports: StoreSupport) => boolean;
  /** Rejects if the store breaks the promise. */
  readonly run: (context: TestContext) => Promise<void>;
}

/** Promises on one subject. */
export interface ConformanceGroup<Name extends string = string> {
  /** Stable. */
  readonly name: Name;
  readonly tests: readonly ConformanceTest[];
}

/** The same tests, for stores that support something only. */
export function when(condition: (supports: StoreSupport) => boolean, tests: readonly ConformanceTest[]): ConformanceTest[] {
  return tests.map((test) => ({ ...test, when: (supports) => condition(supports) && (test.when?.(supports) ?? true) }));
}

/** Whether a store has claims. */
export function hasClaims(supports: StoreSupport): boolean {
  return supports.claims !== false;
}
