import type { KeyOrder } from './key-order.js';
import { isDoc, keyOf, type Doc } from './values.js';

/** Below and above the keys of all strings: keys of strings begin with an "s". */
const BEFORE_STRINGS = 's';
const AFTER_STRINGS = 't';

/**
 * The keys of the documents that `filter` can match, in the order of `_id`, or undefined if the filter says nothing about `_id` that an index
 * could use. The filter is still to be tested on each document.
 */
export function candidateKeys(filter: Doc, order: KeyOrder): Iterable<string> | undefined {
  for (const [field, condition] of Object.entries(filter)) {
    const keys = keysOfClause(field, condition, order);
    if (keys) return keys;
  }
  return undefined;
}

function keysOfClause(field: string, condition: unknown, order: KeyOrder): Iterable<string> | undefined {
  if (field === '_id') return keysOfId(condition, order);
  if (!Array.isArray(condition)) return undefined;
  const clauses: unknown[] = condition;
  const plans = clauses.filter(isDoc).map((clause) => candidateKeys(clause, order));
  if (field === '$and') return plans.find((plan) => plan !== undefined);
  if (field === '$or' && plans.every((plan) => plan !== undefined)) return sorted(plans.flatMap((plan) => [...plan]));
  return undefined;
}

function keysOfId(condition: unknown, order: KeyOrder): Iterable<string> | undefined {
  if (condition instanceof RegExp) return undefined;
  if (!isDoc(condition) || !Object.keys(condition).some((name) => name.startsWith('$'))) return [keyOf(condition)];
  if ('$eq' in condition) return [keyOf(condition['$eq'])];
  if (Array.isArray(condition['$in'])) return sorted(condition['$in'].map(keyOf));
  const low = condition['$gte'] ?? condition['$gt'];
  const high = condition['$lte'] ?? condition['$lt'];
  if (typeof low !== 'string' && typeof high !== 'string') return undefined;
  return order.range(
    typeof low === 'string' ? keyOf(low) : BEFORE_STRINGS,
    typeof high === 'string' ? keyOf(high) : AFTER_STRINGS,
  );
}

const sorted = (keys: readonly string[]): string[] => [...new Set(keys)].sort();
