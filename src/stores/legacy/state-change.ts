import { parseLegacyState } from './state.js';

/**
 * A change of the old bot's state. Everything else in the state stays as it is, to the last digit.
 */
export interface LegacyStateChange {
  /** Strings to put into lists. A missing list is made. */
  readonly add?: LegacyLists;
  /** Strings to take out of lists, compared as written. */
  readonly remove?: LegacyLists;
  /** Fields of the state to set to `true`. */
  readonly flags?: readonly string[];
}

/**
 * The state after a change. If nothing changes, the very same object; else a new object that shares
 * the unchanged parts. After an addition a list is sorted, and old spellings stay.
 * `LEGACY_STATE_INVALID` if the state has another shape.
 */
export function applyChange(state: unknown, { add, remove, flags = [] }: LegacyStateChange): unknown {
  const lists = new Map(parseLegacyState(state).sent);
  let listsChanged = false;
  for (const [list, texts] of add ?? []) {
    const before = lists.get(list) ?? [];
    const known = new Set(before);
    const fresh = texts.filter((text) => !known.has(text));
    if (fresh.length === 0) continue;
    lists.set(list, [...before, ...fresh].sort());
    listsChanged = true;
  }
  for (const [list, texts] of remove ?? []) {
    const gone = new Set<unknown>(texts);
    const before = lists.get(list) ?? [];
    const after = before.filter((item) => !gone.has(item));
    if (after.length === before.length) continue;
    lists.set(list, after);
    listsChanged = true;
  }
  const fields = new Map(Object.entries(state as object));
  const unset = flags.filter((flag) => fields.get(flag) !== true);
  if (!listsChanged && unset.length === 0) return state;
  for (const flag of unset) fields.set(flag, true);
  // Not by assignment to an object: `__proto__` is a legal guild id.
  if (listsChanged) fields.set('sent', Object.fromEntries(lists));
  return Object.fromEntries(fields);
}

/** Strings by list of `sent`. */
export type LegacyLists = ReadonlyMap<string, readonly string[]>;
