import { evalExpr } from 'mingo/core';
import { Lazy, type Iterator } from 'mingo/lazy';
import { $group, $limit, $replaceRoot, $replaceWith, $skip, $unwind } from 'mingo/operators/pipeline';
import { resolve } from 'mingo/util';
import type { Any, Options } from 'mingo/types';
import { badValue, unsupported } from '../errors.js';
import { compare, isDoc, type Doc } from '../values.js';
import { accumulators } from './accumulator.js';
import { compileQuery } from './query.js';
import { projecting, setting, unsetting, type Reshape } from './shape.js';

type Stage = (documents: Iterator, operand: Any, options: Options) => Iterator;

/** What a stage or a client gets: a computed value that is missing is no field, and null in an array. */
export function withoutMissing<T>(value: T): T;
export function withoutMissing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : withoutMissing(item)));
  if (!isDoc(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, withoutMissing(field)]),
  );
}

const reshaping =
  (toReshape: (operand: Doc) => Reshape): Stage =>
  (documents, operand, options) => {
    const reshape = toReshape(operand as Doc);
    return documents.map((doc: Doc) => withoutMissing(reshape(doc, options)));
  };

const clean =
  (stage: Stage): Stage =>
  (documents, operand, options) =>
    stage(documents, operand, options).map((doc: Doc) => withoutMissing(doc));

/** Compares documents by the fields of a sort specification. */
export function sorting(spec: Doc): (a: Doc, b: Doc) => number {
  const keys = Object.entries(spec).map(([path, direction]) => ({ path, direction: Number(direction) }));
  if (keys.some(({ direction }) => Math.abs(direction) !== 1)) throw unsupported('a sort that is neither 1 nor -1');
  const keyOf = (doc: Doc, path: string): unknown => {
    const key = resolve(doc, path) ?? null;
    if (Array.isArray(key)) throw unsupported('a sort by an array');
    return key;
  };
  return (a, b) => {
    for (const { path, direction } of keys) {
      const order = compare(keyOf(a, path), keyOf(b, path));
      if (order !== 0) return order * direction;
    }
    return 0;
  };
}

const $match: Stage = (documents, filter, options) => {
  const matches = compileQuery(filter as Doc, (expression, doc) => evalExpr(doc, expression, options));
  return documents.filter((doc: Doc) => matches(doc));
};

const $sort: Stage = (documents, spec) => documents.transform((all: Doc[]) => Lazy(all.slice().sort(sorting(spec as Doc))));

/** No input, no output: not a count of zero. */
const $count: Stage = (documents, field) =>
  documents.transform((all) => Lazy(all.length === 0 ? [] : [{ [String(field)]: all.length }]));

const checkedGroup: Stage = (documents, spec, options) => {
  for (const [field, accumulator] of Object.entries(spec as Doc)) {
    const [name = ''] = isDoc(accumulator) ? Object.keys(accumulator) : [];
    if (field !== '_id' && !(name in accumulators))
      throw badValue(`The field '${field}' must be a known accumulator object, not '${name}'`);
  }
  return $group(documents, spec as Parameters<typeof $group>[1], options);
};

/** The stages of an update by pipeline. */
const updateStages = {
  $set: reshaping(setting),
  $addFields: reshaping(setting),
  $unset: reshaping(unsetting),
  $project: reshaping(projecting),
  $replaceRoot: clean($replaceRoot as Stage),
  $replaceWith: clean($replaceWith as Stage),
};

export const isUpdateStage = (name: string): boolean => name in updateStages;

/** The stages that the server knows; mingo refuses every other name. */
export const stages = {
  ...updateStages,
  $limit: $limit as Stage,
  $skip: $skip as Stage,
  $unwind: $unwind as Stage,
  $group: clean(checkedGroup),
  $match,
  $sort,
  $count,
};
