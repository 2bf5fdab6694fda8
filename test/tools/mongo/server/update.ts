import { serialize } from 'bson';
import { CommandError, unsupported } from './errors.js';
import { runPipeline } from './evaluate.js';
import { isUpdateStage } from './operators/stages.js';
import { applyModifiers, setField } from './update-modifiers.js';
import { isDoc, type Doc } from './values.js';

/** `u` of an update, or `update` of a findAndModify: a pipeline, modifiers, or a whole document. */
export function applyUpdate(document: Doc, update: unknown, now: Date, inserting = false): Doc {
  if (Array.isArray(update)) return keepId(document, updateByPipeline(document, update, now));
  if (!isDoc(update)) throw new CommandError(9, 'FailedToParse', 'Update argument must be either an object or an array');
  if (isModifiers(update)) return applyModifiers(document, update, now, inserting);
  return keepId(document, update);
}

const isModifiers = (update: Doc): boolean => Object.keys(update)[0]?.startsWith('$') ?? false;

function updateByPipeline(document: Doc, pipeline: unknown[], now: Date): Doc {
  for (const stage of pipeline) {
    const name = isDoc(stage) ? Object.keys(stage).join() : String(stage);
    if (!isUpdateStage(name)) throw new CommandError(72, 'InvalidOptions', `${name} is not allowed to be used within an update`);
  }
  return runPipeline(pipeline, [document], now)[0]!;
}

/** A new document without `_id` is still the same document. */
const keepId = (before: Doc, after: Doc): Doc =>
  '_id' in before && !('_id' in after) ? { _id: before['_id'], ...after } : after;

/** True if the documents differ in any byte: what counts as modified. */
export const differs = (before: Doc, after: Doc): boolean => Buffer.compare(serialize(before), serialize(after)) !== 0;

/** The document that an upsert inserts: the filter's equalities with the update applied (for a whole document, its `_id` only). */
export function documentToInsert(filter: Doc, update: unknown, now: Date): Doc {
  const seed = equalities(filter, {});
  const isReplacement = isDoc(update) && !isModifiers(update);
  const start = isReplacement ? ('_id' in seed ? { _id: seed['_id'] } : {}) : seed;
  const document = applyUpdate(start, update, now, true);
  if ('_id' in seed && differs({ _id: seed['_id'] }, { _id: document['_id'] })) {
    throw new CommandError(66, 'ImmutableField', `Performing an update on the path '_id' would modify the immutable field '_id'`);
  }
  return document;
}

function equalities(filter: Doc, seed: Doc): Doc {
  let result = seed;
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$expr') {
      throw new CommandError(224, 'QueryFeatureNotAllowed', '$expr is not allowed in the query predicate for an upsert');
    }
    if (path === '$and') {
      for (const clause of condition as Doc[]) result = equalities(clause, result);
    } else if (path === '$or') {
      const [only, ...others] = condition as Doc[];
      if (only && others.length === 0) result = equalities(only, result);
    } else if (!path.startsWith('$')) {
      const operator = isDoc(condition) ? Object.keys(condition).find((name) => name.startsWith('$')) : undefined;
      if (condition instanceof RegExp) continue;
      if (operator === '$all') throw unsupported('$all in the filter of an upsert');
      if (operator === undefined) result = setField(result, path, condition);
      else if (isDoc(condition) && '$eq' in condition) result = setField(result, path, condition['$eq']);
    }
  }
  return result;
}
