import { badValue, unsupported } from '../errors.js';
import { compare, fieldOf, isDoc, keyOf, typeName, typeRank, type Doc } from '../values.js';

/**
 * MongoDB's query language. (mingo's own does not take int64, and does not know a missing field from null.)
 */
export type Predicate = (doc: Doc) => boolean;

/** Evaluates the expression of an `$expr`. */
export type Evaluate = (expression: unknown, doc: Doc) => unknown;

type Test = (value: unknown) => boolean;

/** Compiles a filter. What it does not know, it refuses. */
export function compileQuery(filter: Doc, evaluate: Evaluate): Predicate {
  const predicates = Object.entries(filter).flatMap(([name, condition]) => {
    if (!name.startsWith('$')) return compileField(name.split('.'), condition, evaluate);
    if (name === '$expr') return [(doc: Doc) => isTrue(evaluate(condition, doc))];
    return [compileLogic(name, condition, evaluate)];
  });
  return (doc) => predicates.every((predicate) => predicate(doc));
}

const isTrue = (value: unknown): boolean => value === '' || Boolean(value);

function compileLogic(name: string, clauses: unknown, evaluate: Evaluate): Predicate {
  if (!['$and', '$or', '$nor'].includes(name)) throw badValue(`unknown top level operator: ${name}`);
  if (!Array.isArray(clauses) || clauses.length === 0 || !clauses.every(isDoc))
    throw badValue('$and/$or/$nor must be a nonempty array');
  const predicates = clauses.map((clause) => compileQuery(clause, evaluate));
  if (name === '$and') return (doc) => predicates.every((predicate) => predicate(doc));
  const wanted = name === '$or';
  return (doc) => predicates.some((predicate) => predicate(doc)) === wanted;
}

const isOperators = (condition: unknown): condition is Doc =>
  isDoc(condition) && Object.keys(condition).some((name) => name.startsWith('$'));

function compileField(path: readonly string[], condition: unknown, evaluate: Evaluate): Predicate[] {
  if (condition instanceof RegExp) return [anyAt(path, (value) => typeof value === 'string' && condition.test(value))];
  if (!isOperators(condition)) return [anyAt(path, equalTo(condition))];
  return Object.entries(condition).map(([name, operand]) => {
    const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (!operator) throw badValue(`unknown operator: ${name}`);
    return operator(path, operand, evaluate);
  });
}

/** Every value that a path reaches, arrays on the way entered; undefined where a field is missing. */
function reach(value: unknown, path: readonly string[]): unknown[] {
  const [field, ...rest] = path;
  if (field === undefined) return [value];
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const byIndex = /^\d+$/.test(field) ? reach(items[Number(field)], rest) : [];
    return [...items.filter(isDoc).flatMap((item) => reach(item, path)), ...byIndex];
  }
  return reach(isDoc(value) ? fieldOf(value, field) : undefined, rest);
}

/** True if a value of the path, or an element of an array there, passes. */
const anyAt =
  (path: readonly string[], test: Test): Predicate =>
  (doc) =>
    reach(doc, path).some((value) => test(value) || (Array.isArray(value) && value.some(test)));

const isNullish = (value: unknown): boolean => value === null || value === undefined;

function equalTo(operand: unknown): Test {
  if (isNullish(operand)) return isNullish;
  if (typeof operand === 'string') return (value) => value === operand;
  return (value) => compare(value, operand) === 0;
}

function oneOf(operand: unknown): Test {
  if (!Array.isArray(operand)) throw badValue('$in needs an array');
  if (operand.some((item) => item instanceof RegExp)) throw unsupported('$in with a regular expression');
  const keys = new Set(operand.map(keyOf));
  const withNull = operand.includes(null);
  return (value) => (isNullish(value) ? withNull : keys.has(keyOf(value)));
}

type Operator = (path: readonly string[], operand: unknown, evaluate: Evaluate) => Predicate;

/** Range operators compare within one type only; null equals null and missing. */
const range =
  (accepts: (order: number) => boolean): Operator =>
  (path, operand) => {
    if (isNullish(operand)) return anyAt(path, (value) => accepts(0) && isNullish(value));
    const rank = typeRank(operand);
    return anyAt(path, (value) => typeRank(value) === rank && accepts(compare(value, operand)));
  };

const not = (predicate: Predicate): Predicate => {
  return (doc) => !predicate(doc);
};

const TYPE_CODES: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  8: 'bool',
  9: 'date',
  10: 'null',
  16: 'int',
  18: 'long',
};
const TYPE_ALIASES = new Set([...Object.values(TYPE_CODES), 'objectId', 'binData', 'regex', 'timestamp', 'decimal', 'number']);

function ofType(operand: unknown): Test {
  const names = (Array.isArray(operand) ? operand : [operand]).map((type: unknown) => TYPE_CODES[Number(type)] ?? String(type));
  for (const name of names) if (!TYPE_ALIASES.has(name)) throw badValue(`Unknown type name alias: ${name}`);
  if (names.includes('number')) names.push('int', 'long', 'double', 'decimal');
  return (value) => names.includes(typeName(value));
}

const OPERATORS: Record<string, Operator> = {
  $eq: (path, operand) => anyAt(path, equalTo(operand)),
  $ne: (path, operand) => not(anyAt(path, equalTo(operand))),
  $in: (path, operand) => anyAt(path, oneOf(operand)),
  $nin: (path, operand) => not(anyAt(path, oneOf(operand))),
  $lt: range((order) => order < 0),
  $lte: range((order) => order <= 0),
  $gt: range((order) => order > 0),
  $gte: range((order) => order >= 0),
  $type: (path, operand) => anyAt(path, ofType(operand)),
  $exists: (path, operand) => (doc) => reach(doc, path).some((value) => value !== undefined) === Boolean(operand),
  $size: (path, operand) => (doc) => reach(doc, path).some((value) => Array.isArray(value) && value.length === Number(operand)),
  $not: (path, operand, evaluate) => {
    if (!isOperators(operand) && !(operand instanceof RegExp)) throw badValue('$not needs a regex or a document');
    const predicates = compileField(path, operand, evaluate);
    return (doc) => !predicates.every((predicate) => predicate(doc));
  },
  $elemMatch: (path, operand, evaluate) => {
    if (!isDoc(operand)) throw badValue('$elemMatch needs an Object');
    // Operators on the elements themselves, or a query on elements that are documents.
    const matches = compileQuery(isOperators(operand) ? { element: operand } : operand, evaluate);
    const test: Test = (element) => (isOperators(operand) ? matches({ element }) : isDoc(element) && matches(element));
    return (doc) => reach(doc, path).some((value) => Array.isArray(value) && value.some(test));
  },
};
