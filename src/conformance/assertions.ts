import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SentCodeStoreErrorCode } from '../contract/errors.js';
import type { Claim, ClaimResult } from '../contract/claims.js';

/**
 * The fields of an error that tests compare. Not by `instanceof`: an error may come from another
 * copy of the package.
 */
export interface CodedError {
  readonly code: unknown;
  readonly message: string;
  readonly argument?: unknown;
  readonly codes?: unknown;
  readonly retryable?: unknown;
}

/**
 * Asserts that a call rejects with a code, and does not throw. `what` names the call if several
 * share a line.
 */
export async function rejectsWith(
  code: SentCodeStoreErrorCode,
  call: () => Promise<unknown>,
  what = call.toString(),
): Promise<CodedError> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (cause) {
    throw new assert.AssertionError({ message: `threw at once instead of rejecting: ${what}: ${inspect(cause)}` });
  }
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in settled) {
    throw new assert.AssertionError({
      message: `resolved to ${inspect(settled.value)} instead of rejecting with ${code}: ${what}`,
      expected: code,
      actual: settled.value,
    });
  }
  const { error } = settled;
  if (!(error instanceof Error)) assert.fail(`rejected with something that is no Error: ${what}: ${inspect(error)}`);
  const coded = error as Error & CodedError;
  // Only then: the text of an error with its stack takes longer than most calls.
  if (coded.code !== code) assert.equal(coded.code, code, `${what}: ${inspect(error)}`);
  return coded;
}

/** All items of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The claim of a result. Fails without a claim. */
export function claimOf(result: ClaimResult): Claim {
  assert.ok(result.claim, `no claim was given: ${inspect(result)}`);
  return result.claim;
}

/** The only item of a list. Fails for any other number of items. */
export function only<T>(items: readonly T[]): T {
  assert.equal(items.length, 1, `one item expected: ${inspect(items)}`);
  return items[0] as T;
}

/** Codes `PREFIX-0` to `PREFIX-<count - 1>`. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
