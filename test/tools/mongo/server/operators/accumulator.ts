import { $addToSet, $first, $last, $push } from 'mingo/operators/accumulator';
import type { Any, Options } from 'mingo/types';
import { compare } from '../values.js';
import { addNumbers, isNumeric, type Numeric } from './numbers.js';

/** The values of an accumulator over a group; without an expression (`$max: ['$a', '$b']` in an expression) the items are the values. */
const valuesOf = (items: Any[], expression: Any, options: Options): unknown[] =>
  expression === null ? items : $push(items, expression, options);

const pick = (better: (order: number) => boolean) => (items: Any[], expression: Any, options: Options) => {
  const present = valuesOf(items, expression, options).filter((value) => value !== null && value !== undefined);
  return (
    present.reduce<unknown>((best, value) => (best === undefined || better(compare(value, best)) ? value : best), undefined) ??
    null
  );
};

/** The accumulators that the server knows. */
export const accumulators = {
  $addToSet,
  $first,
  $last,
  $push,
  $min: pick((order) => order < 0),
  $max: pick((order) => order > 0),
  $sum: (items: Any[], expression: Any, options: Options) =>
    valuesOf(items, expression, options).filter(isNumeric).reduce<Numeric>(addNumbers, 0),
};
