import { isInt32 } from '../values.js';

export type Numeric = number | bigint;

export const isNumeric = (value: unknown): value is Numeric => typeof value === 'number' || typeof value === 'bigint';

export const negate = (value: Numeric): Numeric => (typeof value === 'bigint' ? -value : 0 - value);

/** int32 and int64 add up to an integer, which becomes int64 where int32 is too small; with a double the sum is a double. */
export function addNumbers(a: Numeric, b: Numeric): Numeric {
  const integers = [a, b].every((value) => typeof value === 'bigint' || isInt32(value));
  if (!integers) return Number(a) + Number(b);
  const sum = BigInt(a) + BigInt(b);
  return typeof a === 'number' && typeof b === 'number' && isInt32(Number(sum)) ? Number(sum) : sum;
}
