import type { StoreSupport } from '../contract/support.js';
import type { TestContext } from './context.js';

/** One promise of the contract. */
export interface ConformanceTest {
  /** The promise, as a sentence. */
  readonly name: string;
  /** Which stores make the promise. Default: every store. */
  readonly when?: (supports: StoreSupport) => boolean;
  /** Rejects if the store breaks the promise. */
  readonly run: (context: TestContext) => Promise<void>;
}

/** Promises on one subject. */
export interface ConformanceGroup<Name extends string = string> {
  /** The name, by which a group can be left out. Stable. */
  readonly name: Name;
  readonly tests: readonly ConformanceTest[];
}

/** The same tests, but only for stores that meet a condition. */
export function when(condition: (supports: StoreSupport) => boolean, tests: readonly ConformanceTest[]): ConformanceTest[] {
  return tests.map((test) => ({ ...test, when: (supports) => condition(supports) && (test.when?.(supports) ?? true) }));
}

/** Whether a store has claims. */
export function hasClaims(supports: StoreSupport): boolean {
  return supports.claims !== false;
}
