import { evalExpr } from 'mingo/core';
import {
  $arrayElemAt,
  $concatArrays,
  $filter,
  $indexOfArray,
  $isArray,
  $map,
  $reduce,
  $reverseArray,
  $slice,
} from 'mingo/operators/expression/array';
import { $and, $or } from 'mingo/operators/expression/boolean';
import { $cond, $ifNull, $switch } from 'mingo/operators/expression/conditional';
import { $literal } from 'mingo/operators/expression';
import { $objectToArray } from 'mingo/operators/expression/object';
import { $setDifference, $setEquals, $setIntersection, $setIsSubset, $setUnion } from 'mingo/operators/expression/set';
import { $concat, $split, $strLenCP, $substrCP } from 'mingo/operators/expression/string';
import { $toString } from 'mingo/operators/expression/type';
import { $let } from 'mingo/operators/expression/variable';
import type { Any, Options } from 'mingo/types';
import { badValue } from '../errors.js';
import { compare, equal, isDoc, typeName, type Doc } from '../values.js';
import { addNumbers, isNumeric, negate } from './numbers.js';

type ExpressionOperator = (doc: Any, operand: Any, options: Options) => Any;

/** An operator on the evaluated arguments; `count` is how many it takes, where that is fixed. */
const on =
  (name: string, count: number | undefined, operator: (...args: unknown[]) => unknown): ExpressionOperator =>
  (doc, operand, options) => {
    const args = (Array.isArray(operand) ? operand : [operand]).map((argument: unknown) => evalExpr(doc, argument, options));
    if (count !== undefined && args.length !== count) throw badValue(`Expression ${name} takes exactly ${count} arguments`);
    return operator(...args);
  };

/** Over all types: a missing field is less than null, and null less than everything else. */
const comparison = (name: string, accepts: (order: number) => boolean): ExpressionOperator =>
  on(name, 2, (a, b) => accepts(compare(a, b)));

const isNullish = (value: unknown): boolean => value === null || value === undefined;

function add(...terms: unknown[]): unknown {
  if (terms.some(isNullish)) return null;
  const dates = terms.filter((term) => term instanceof Date);
  if (dates.length > 1) throw badValue('only one date allowed in an $add expression');
  const numbers = terms.filter((term) => !(term instanceof Date));
  if (!numbers.every(isNumeric))
    throw badValue(`$add only supports numeric or date types, not ${numbers.map(typeName).join(', ')}`);
  const sum = numbers.reduce(addNumbers, 0);
  return dates[0] ? new Date(dates[0].getTime() + Number(sum)) : sum;
}

function subtract(a: unknown, b: unknown): unknown {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date && b instanceof Date) return BigInt(a.getTime() - b.getTime());
  if (!isNumeric(b)) throw badValue(`can't $subtract ${typeName(b)} from ${typeName(a)}`);
  return add(a, negate(b));
}

const UNIT_MS: Record<string, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

const shiftDate =
  (sign: 1 | -1): ExpressionOperator =>
  (doc, operand, options) => {
    const { startDate, unit, amount, ...others } = evalExpr(doc, operand, options) as Doc;
    const unitMs = UNIT_MS[String(unit)];
    if (unitMs === undefined || Object.keys(others).length > 0)
      throw badValue('a date is shifted by startDate, unit (up to week) and amount only');
    if (isNullish(startDate) || isNullish(amount)) return null;
    if (!(startDate instanceof Date) || !isNumeric(amount)) throw badValue('a date is shifted by a number of units');
    return new Date(startDate.getTime() + sign * Number(amount) * unitMs);
  };

/** Fields that an argument names but that are missing leave the earlier ones alone. */
function mergeObjects(...objects: unknown[]): Doc {
  const merged: Doc = {};
  for (const object of objects) {
    if (isNullish(object)) continue;
    if (!isDoc(object)) throw badValue(`$mergeObjects requires object inputs, but input is of type ${typeName(object)}`);
    for (const [field, value] of Object.entries(object)) if (value !== undefined) merged[field] = value;
  }
  return merged;
}

const isTrue = (value: unknown): boolean => value === '' || Boolean(value);

/** The expression operators that the server knows; mingo refuses every other name. */
export const expressionOperators = {
  $and,
  $or,
  $cond,
  $ifNull,
  $switch,
  $let,
  $literal,
  $arrayElemAt,
  $concatArrays,
  $filter,
  $indexOfArray,
  $isArray,
  $map,
  $reduce,
  $reverseArray,
  $slice,
  $objectToArray,
  $setDifference,
  $setEquals,
  $setIntersection,
  $setIsSubset,
  $setUnion,
  $concat,
  $split,
  $strLenCP,
  $substrCP,
  $toString,
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $cmp: on('$cmp', 2, compare),
  $not: on('$not', 1, (value) => !isTrue(value)),
  $type: on('$type', 1, typeName),
  $in: on('$in', 2, (value, list) => {
    if (!Array.isArray(list)) throw badValue(`$in requires an array as a second argument, found: ${typeName(list)}`);
    return list.some((item) => equal(item, value));
  }),
  $size: on('$size', 1, (list) => {
    if (!Array.isArray(list)) throw badValue(`The argument to $size must be an array, but was of type: ${typeName(list)}`);
    return list.length;
  }),
  $add: on('$add', undefined, add),
  $subtract: on('$subtract', 2, subtract),
  $dateAdd: shiftDate(1),
  $dateSubtract: shiftDate(-1),
  $mergeObjects: on('$mergeObjects', undefined, mergeObjects),
};
