import { CommandError, badValue, unsupported } from './errors.js';
import { matcher } from './evaluate.js';
import { addNumbers, isNumeric } from './operators/numbers.js';
import { equal, fieldOf, isDoc, typeName, type Doc } from './values.js';

/** The new value of a field from its old one; undefined removes it or leaves it out. */
type Change = (old: unknown) => unknown;

interface Modifier {
  /** False: a path that does not exist stays as it is. */
  readonly creates: boolean;
  readonly change: (argument: unknown, path: string, now: Date) => Change;
}

const MODIFIERS: Record<string, Modifier> = {
  $set: { creates: true, change: (value) => () => value },
  $setOnInsert: { creates: true, change: (value) => () => value },
  $unset: { creates: false, change: () => () => undefined },
  $inc: {
    creates: true,
    change: (amount, path) => (old) => {
      if (!isNumeric(amount)) throw mismatch(`Cannot increment with non-numeric argument: {${path}: ${typeName(amount)}}`);
      if (old !== undefined && !isNumeric(old))
        throw mismatch(`Cannot apply $inc to a value of non-numeric type ${typeName(old)}`);
      return addNumbers(old ?? 0, amount);
    },
  },
  $addToSet: {
    creates: true,
    change: (argument, path) => (old) => {
      const list = arrayAt(old === undefined ? [] : old, '$addToSet', path);
      const result = [...list];
      for (const item of eachOf(argument)) if (!result.some((other) => equal(other, item))) result.push(item);
      return result;
    },
  },
  $pull: {
    creates: false,
    change: (condition, path, now) => {
      const matches = pullCondition(condition, now);
      return (old) => (old === undefined ? old : arrayAt(old, '$pull', path).filter((item) => !matches(item)));
    },
  },
  $pullAll: {
    creates: false,
    change: (values, path) => (old) => {
      if (!Array.isArray(values)) throw badValue('$pullAll requires an array argument');
      return old === undefined
        ? old
        : arrayAt(old, '$pullAll', path).filter((item) => !values.some((value) => equal(value, item)));
    },
  },
};

const mismatch = (message: string): CommandError => new CommandError(14, 'TypeMismatch', message);

function arrayAt(value: unknown, operator: string, path: string): unknown[] {
  if (!Array.isArray(value))
    throw badValue(`Cannot apply ${operator} to non-array field. Field named '${path}' has non-array type ${typeName(value)}`);
  return value;
}

function eachOf(argument: unknown): unknown[] {
  if (!isDoc(argument) || !('$each' in argument)) return [argument];
  const { $each, ...others } = argument;
  if (!Array.isArray($each) || Object.keys(others).length > 0)
    throw badValue('$addToSet takes a value, or $each with an array and nothing else');
  return $each;
}

/** `$pull` takes a value, the operators of a query on the element, or a query on elements that are documents. */
function pullCondition(condition: unknown, now: Date): (item: unknown) => boolean {
  if (!isDoc(condition)) return (item) => equal(item, condition);
  if (Object.keys(condition).some((name) => name.startsWith('$'))) {
    const matches = matcher({ item: condition }, now);
    return (item) => matches({ item });
  }
  const matches = matcher(condition, now);
  return (item) => isDoc(item) && matches(item);
}

export function applyModifiers(document: Doc, update: Doc, now: Date, inserting: boolean): Doc {
  const seen: string[] = [];
  let result = document;
  for (const [name, fields] of Object.entries(update)) {
    const modifier = MODIFIERS[name];
    if (!modifier) throw unsupported(`the update operator '${name}'`);
    if (!isDoc(fields))
      throw new CommandError(9, 'FailedToParse', `Modifiers operate on fields but we found type ${typeName(fields)} instead`);
    for (const [path, argument] of Object.entries(fields)) {
      refuseConflict(path, seen);
      if (name === '$setOnInsert' && !inserting) continue;
      result = changeField(result, path.split('.'), modifier.change(argument, path, now), modifier.creates);
    }
  }
  return result;
}

function refuseConflict(path: string, seen: string[]): void {
  const other = seen.find((earlier) => earlier === path || earlier.startsWith(`${path}.`) || path.startsWith(`${earlier}.`));
  if (other !== undefined) {
    throw new CommandError(40, 'ConflictingUpdateOperators', `Updating the path '${path}' would create a conflict at '${other}'`);
  }
  seen.push(path);
}

export const setField = (document: Doc, path: string, value: unknown): Doc =>
  changeField(document, path.split('.'), () => value, true);

/** A copy of `document` with the field changed; what is not on the path is shared. */
function changeField(document: Doc, path: readonly string[], change: Change, creates: boolean): Doc {
  const [field, ...rest] = path;
  if (!field || field.startsWith('$')) throw unsupported(`the field name '${path.join('.')}' in an update`);
  const old = fieldOf(document, field);
  if (rest.length > 0 && old === undefined && !creates) return document;
  if (rest.length > 0 && Array.isArray(old)) throw unsupported('an update of the elements of an array');
  if (rest.length > 0 && old !== undefined && !isDoc(old)) {
    if (!creates) return document;
    throw new CommandError(28, 'PathNotViable', `Cannot create field '${rest[0]!}' in element {${field}: ${typeName(old)}}`);
  }
  const next = rest.length === 0 ? change(old) : changeField(isDoc(old) ? old : {}, rest, change, creates);
  const { [field]: _, ...without } = document;
  return next === undefined ? without : { ...document, [field]: next };
}
