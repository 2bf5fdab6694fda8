import type { Cursors } from '../cursors.js';
import { badValue } from '../errors.js';
import type { FailPoint } from '../fail-point.js';
import type { Storage } from '../storage.js';
import { isDoc, type Doc } from '../values.js';

/** What all connections share. */
export interface ServerState {
  readonly storage: Storage;
  readonly cursors: Cursors;
  readonly failPoint: FailPoint;
  /** Milliseconds since the epoch: `$$NOW`. */
  readonly clock: () => number;
  /** Whether writes can be asked to wait for the journal. */
  readonly journal: boolean;
  /** Whether reads can be asked for what a majority has. */
  readonly majorityReads: boolean;
  /** Whether a majority confirms writes at this moment. */
  readonly confirms: () => boolean;
}

export interface Call {
  readonly state: ServerState;
  readonly database: string;
  readonly body: Doc;
  /** The one instant of this command. */
  readonly now: Date;
}

export interface Command {
  /** The fields that the command understands, beside its name. Any other is refused: it might change what the command means. */
  readonly options: readonly string[];
  /** Does all its work before it returns: no other command comes between. */
  readonly run: (call: Call) => Doc;
}

/** The collection that a command names. */
export function collectionName(call: Call, command: string): string {
  const name = call.body[command];
  if (typeof name !== 'string' || name === '') throw badValue(`collection name has invalid type for ${command}`);
  return name;
}

export function docField(body: Doc, field: string): Doc {
  const value = body[field] ?? {};
  if (!isDoc(value)) throw badValue(`${field} must be an object`);
  return value;
}

export function docsField(body: Doc, field: string): Doc[] {
  const value = body[field];
  if (!Array.isArray(value) || value.length === 0 || !value.every(isDoc))
    throw badValue(`${field} must be a nonempty array of objects`);
  return value;
}

export function numberField(body: Doc, field: string): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' && typeof value !== 'bigint') throw badValue(`${field} must be a number`);
  return Number(value);
}
