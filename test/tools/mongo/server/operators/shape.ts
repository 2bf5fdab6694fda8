import { evalExpr } from 'mingo/core';
import type { Options } from 'mingo/types';
import { badValue, unsupported } from '../errors.js';
import { fieldOf, isDoc, type Doc } from '../values.js';

/**
 * Documents of another shape: `$project` (and a find's projection), `$set` and `$unset`, which all name paths, nested or dotted.
 * A path to an expression is computed, `true` keeps the field and `false` drops it.
 */
type Leaf = { readonly keep: true } | { readonly drop: true } | { readonly expression: unknown };
type Shape = Map<string, Leaf | Shape>;

/** An operator, or something that is no document, is an expression; any other document is a list of nested fields. */
const isNested = (value: unknown): value is Doc =>
  isDoc(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]!.startsWith('$');

function addPath(shape: Shape, path: readonly string[], leaf: Leaf): void {
  const [field, ...rest] = path;
  if (!field || field.startsWith('$')) throw unsupported(`the field name '${path.join('.')}' in a projection`);
  const existing = shape.get(field);
  if (rest.length === 0) {
    if (existing) throw badValue(`Invalid $project :: caused by :: Path collision at ${field}`);
    shape.set(field, leaf);
  } else {
    if (existing && !(existing instanceof Map)) throw badValue(`Invalid $project :: caused by :: Path collision at ${field}`);
    const child: Shape = existing ?? new Map<string, Leaf | Shape>();
    shape.set(field, child);
    addPath(child, rest, leaf);
  }
}

function parse(
  spec: Doc,
  toLeaf: (value: unknown) => Leaf,
  shape: Shape = new Map<string, Leaf | Shape>(),
  prefix: readonly string[] = [],
): Shape {
  for (const [name, value] of Object.entries(spec)) {
    const path = [...prefix, ...name.split('.')];
    if (isNested(value)) parse(value, toLeaf, shape, path);
    else addPath(shape, path, toLeaf(value));
  }
  return shape;
}

const toProjectionLeaf = (value: unknown): Leaf => {
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return value ? { keep: true } : { drop: true };
  return { expression: value };
};

const leavesOf = (shape: Shape): Leaf[] => [...shape.values()].flatMap((node) => (node instanceof Map ? leavesOf(node) : [node]));

type Evaluate = (expression: unknown) => unknown;

/** The computed fields of `shape` set on `value`; an expression that is missing removes the field. */
function set(value: unknown, shape: Shape, evaluate: Evaluate): unknown {
  if (Array.isArray(value)) return value.map((item) => set(item, shape, evaluate));
  const result: Doc = isDoc(value) ? { ...value } : {};
  for (const [field, node] of shape) {
    const next =
      node instanceof Map
        ? set(fieldOf(result, field), node, evaluate)
        : 'expression' in node
          ? evaluate(node.expression)
          : undefined;
    if (next === undefined) Reflect.deleteProperty(result, field);
    else result[field] = next;
  }
  return result;
}

/** The kept fields in the document's own order, then the computed ones. */
function include(value: unknown, shape: Shape, evaluate: Evaluate): unknown {
  if (Array.isArray(value))
    return value.filter((item) => isDoc(item) || Array.isArray(item)).map((item) => include(item, shape, evaluate));
  const result: Doc = {};
  const source = isDoc(value) ? value : {};
  for (const [field, old] of Object.entries(source)) {
    const node = shape.get(field);
    const next = node instanceof Map ? include(old, node, evaluate) : node && 'keep' in node ? old : undefined;
    if (next !== undefined) result[field] = next;
  }
  for (const [field, node] of shape) {
    if (node instanceof Map && fieldOf(source, field) !== undefined) continue;
    const next =
      node instanceof Map ? include(undefined, node, evaluate) : 'expression' in node ? evaluate(node.expression) : undefined;
    if (next !== undefined) result[field] = next;
  }
  const computes = leavesOf(shape).some((leaf) => 'expression' in leaf);
  return isDoc(value) || computes ? result : undefined;
}

function exclude(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((item) => exclude(item, shape));
  if (!isDoc(value)) return value;
  const result: Doc = {};
  for (const [field, old] of Object.entries(value)) {
    const node = shape.get(field);
    if (node === undefined || 'keep' in node) result[field] = old;
    else if (node instanceof Map) result[field] = exclude(old, node);
  }
  return result;
}

export type Reshape = (doc: Doc, options: Options) => Doc;

const evaluator =
  (doc: Doc, options: Options): Evaluate =>
  (expression) =>
    evalExpr(doc, expression, options);

/** `$set` and `$addFields`. */
export function setting(spec: Doc): Reshape {
  const shape = parse(spec, (expression) => ({ expression }));
  return (doc, options) => set(doc, shape, evaluator(doc, options)) as Doc;
}

/** `$unset` of a path or of several. */
export function unsetting(paths: unknown): Reshape {
  const list: unknown[] = Array.isArray(paths) ? paths : [paths];
  if (!list.every((path) => typeof path === 'string'))
    throw badValue('$unset specification must be a string or an array of strings');
  return projecting(Object.fromEntries(list.map((path) => [path, false])));
}

/** `$project`, and the projection of a find. `_id` stays unless it is dropped by name. */
export function projecting(spec: Doc): Reshape {
  const shape = parse(spec, toProjectionLeaf);
  const id = shape.get('_id');
  const others = new Map(shape);
  others.delete('_id');
  const leaves = leavesOf(others.size > 0 ? others : shape);
  const drops = leaves.some((leaf) => 'drop' in leaf);
  if (drops && leaves.some((leaf) => !('drop' in leaf))) throw badValue('Cannot do inclusion and exclusion in one projection');
  if (drops) return (doc) => exclude(doc, shape) as Doc;
  if (id === undefined) shape.set('_id', { keep: true });
  return (doc, options) => include(doc, shape, evaluator(doc, options)) as Doc;
}
