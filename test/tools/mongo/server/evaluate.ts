import { Aggregator } from 'mingo/aggregator';
import { Context, ProcessingMode, evalExpr } from 'mingo/core';
import type { Options } from 'mingo/types';
import { badValue } from './errors.js';
import { accumulators } from './operators/accumulator.js';
import { expressionOperators } from './operators/expression.js';
import { compileQuery } from './operators/query.js';
import { projecting } from './operators/shape.js';
import { stages, withoutMissing } from './operators/stages.js';
import { isDoc, type Doc } from './values.js';

/**
 * mingo evaluates, with a closed list of operators: its own where they agree with MongoDB, ours where BSON's types, its order or missing
 * fields matter. What is on no list fails the command.
 */
const options: Options = {
  idKey: '_id',
  processingMode: ProcessingMode.CLONE_OFF,
  useStrictMode: true,
  scriptEnabled: false,
  failOnError: true,
  context: Context.init({
    expression: expressionOperators,
    accumulator: accumulators,
    pipeline: stages,
  }),
};

/**
 * `$$NOW` in the expressions of a query or pipeline replaced by the instant of the command. mingo would read its own clock, once for each
 * evaluation; the instant must be one for all documents of a command, and come from the server's clock.
 */
function bindNow<T>(value: T, now: Date, inExpression: boolean): T;
function bindNow(value: unknown, now: Date, inExpression: boolean): unknown {
  if (value === '$$NOW') return inExpression ? now : value;
  if (Array.isArray(value)) return value.map((item: unknown) => bindNow(item, now, inExpression));
  if (!isDoc(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (name === '$literal') return [name, field];
      return [name, bindNow(field, now, name === '$expr' || (inExpression && name !== '$match'))];
    }),
  );
}

export const matcher = (filter: Doc, now: Date): ((doc: Doc) => boolean) =>
  compileQuery(bindNow(filter, now, false), (expression, doc) => evalExpr(doc, expression, options));

export function projector(projection: Doc, now: Date): (doc: Doc) => Doc {
  if (Object.keys(projection).length === 0) return (doc) => doc;
  const reshape = projecting(bindNow(projection, now, true));
  return (doc) => withoutMissing(reshape(doc, options));
}

export function runPipeline(pipeline: unknown, documents: Iterable<Doc>, now: Date): Doc[] {
  if (!Array.isArray(pipeline) || !pipeline.every(isDoc)) throw badValue('a pipeline is an array of stages');
  // Some of mingo's stages change the documents that they get.
  const cloning = { ...options, processingMode: ProcessingMode.CLONE_INPUT };
  return new Aggregator(bindNow(pipeline, now, true), cloning).run(documents);
}
