import { Decimal128, MaxKey, MinKey, serialize } from 'bson';
import { unsupported } from './errors.js';

/**
 * A document as this server keeps it: int64 is a `bigint`, int32 and double are a `number`, dates are `Date`, everything else is the class of
 * `bson`. A double with an integral value comes back as int32, as it does from the driver.
 * Documents are never changed in place: an update builds another one.
 */
export type Doc = Record<string, unknown>;

export const isDoc = (value: unknown): value is Doc =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The value of `field`, or undefined: what `Object.prototype` has is no field. */
export const fieldOf = (doc: Doc, field: string): unknown => (Object.hasOwn(doc, field) ? doc[field] : undefined);

const INT32_MAX = 0x7fffffff;
export const isInt32 = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= INT32_MAX && !Object.is(value, -0);

const CLASS_NAMES: Record<string, string> = {
  ObjectId: 'objectId',
  Binary: 'binData',
  Timestamp: 'timestamp',
  Decimal128: 'decimal',
  MinKey: 'minKey',
  MaxKey: 'maxKey',
  BSONRegExp: 'regex',
  Code: 'javascript',
  BSONSymbol: 'symbol',
};

/** The alias that `$type` uses; `missing` for undefined. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'long';
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  if (isDoc(value)) return 'object';
  const name = CLASS_NAMES[String((value as { _bsontype?: unknown })._bsontype)];
  if (!name) throw unsupported('a value of this BSON type');
  return name;
}

/** The order of types in a comparison; types of one rank compare by value. */
const RANKS: Record<string, number> = {
  minKey: 0,
  missing: 1,
  null: 2,
  int: 3,
  long: 3,
  double: 3,
  decimal: 3,
  string: 4,
  symbol: 4,
  object: 5,
  array: 6,
  binData: 7,
  objectId: 8,
  bool: 9,
  date: 10,
  timestamp: 11,
  regex: 12,
  javascript: 13,
  maxKey: 14,
};
export const typeRank = (value: unknown): number => RANKS[typeName(value)]!;

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** BSON's order over all types, as sorts, aggregation comparisons and (within one type) query operators use it. Strings compare by UTF-8 bytes. */
export function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const byType = order(typeRank(a), typeRank(b));
  if (byType !== 0) return byType;
  if (a instanceof Decimal128 || b instanceof Decimal128) throw unsupported('the comparison of decimals');
  if (a instanceof MinKey || a instanceof MaxKey) return 0;
  if (typeof a === 'number' && Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  if (Array.isArray(a)) return compareLists(a, b as unknown[], compare);
  if (isDoc(a)) return compareLists(Object.entries(a), Object.entries(b as Doc), compareFields);
  if (a instanceof Date) return order(a.getTime(), (b as Date).getTime());
  if (typeof a === 'object') return Buffer.compare(serialize({ a }), serialize({ a: b }));
  return order(a as number | bigint | boolean, b as number | bigint | boolean);
}

export const equal = (a: unknown, b: unknown): boolean => compare(a, b) === 0;

const SURROGATE = /[\ud800-\udfff]/;
const IS_ASCII = /^[\0-\x7f]*$/;

/** The order of UTF-8 bytes is that of JavaScript where there are no surrogates, and to make bytes costs more than all else. */
function compareStrings(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

function compareLists<T>(a: readonly T[], b: readonly T[], compareItems: (a: T, b: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = compareItems(a[i]!, b[i]!);
    if (result !== 0) return result;
  }
  return order(a.length, b.length);
}

function compareFields([nameA, a]: [string, unknown], [nameB, b]: [string, unknown]): number {
  return order(typeRank(a), typeRank(b)) || order(nameA, nameB) || compare(a, b);
}

/**
 * A string that two values share if and only if they are equal as `_id`: numbers of any type by value, everything else by type and value.
 * For strings it is a letter and the UTF-8 bytes as latin1, so that JavaScript's own order of keys is MongoDB's order of ids.
 */
export function keyOf(value: unknown): string {
  if (typeof value === 'string') return `s${IS_ASCII.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1')}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `n${value === 0 ? 0 : String(value)}`;
  return `x${Buffer.from(serialize({ '': value })).toString('latin1')}`;
}
