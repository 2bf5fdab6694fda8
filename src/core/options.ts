import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Logger } from '../contract/logger.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { describe } from '../domain/describe.js';
import { giftCodeIdentity } from '../domain/identity.js';
import { type RandomId, randomId } from '../domain/random.js';
import { safeLogger } from './callbacks.js';

/** Options that every store takes. */
export interface StoreOptions {
  /** For log lines and errors; the kind of store unless given. */
  readonly name?: string;
  /** When two spellings are one code; {@link giftCodeIdentity} unless given. */
  readonly identity?: Identity;
  /** Length of a lease in ms where a claim does not say; 60 000 unless given. */
  readonly leaseMs?: number;
  /** Where the store reports what it mends and drops; nowhere unless given. */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: makes tokens and message ids. */
  readonly randomId?: RandomId;
}

/** A function, for a schema: zod's own check of a function wraps it. */
export function functionSchema<T>(): z.ZodType<T> {
  return z.custom<T>((value) => typeof value === 'function', 'a function');
}

/** An object with methods, for a schema: methods stay on their object, which zod would otherwise copy without its prototype. */
export function methodsSchema<T>(...methods: readonly (keyof T & string)[]): z.ZodType<T> {
  return z.custom<T>(
    (value) =>
      (typeof value === 'object' || typeof value === 'function') &&
      value !== null &&
      methods.every((m) => typeof (value as T)[m] === 'function'),
    `an object with ${methods.map((m) => `${m}()`).join(', ')}`,
  );
}

const DAY_MS = 86_400_000;

/** The schema of a lease in ms: a second at least, a day at most. */
export const leaseSchema = z.number().int().min(1000).max(DAY_MS);

/** The schema of {@link StoreOptions}, for stores to extend. */
export const storeOptionsSchema = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  identity: methodsSchema<Identity>('normalize')
    .refine(
      (identity) => typeof identity.name === 'string' && identity.name !== '' && identity.name.length <= 100,
      'an identity with a name of 1 to 100 characters',
    )
    .optional(),
  leaseMs: leaseSchema.optional(),
  logger: methodsSchema<Logger>('info', 'warn', 'error').optional(),
  clock: methodsSchema<Clock>('now', 'monotonic').optional(),
  randomId: functionSchema<RandomId>().optional(),
});

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** {@link StoreOptions} with nothing left open. */
export type ResolvedStoreOptions = Required<StoreOptions>;

/** Fills in what {@link StoreOptions} leave open. */
export function resolveStoreOptions(options: StoreOptions, defaultName: string): ResolvedStoreOptions {
  return {
    name: options.name ?? defaultName,
    identity: options.identity ?? giftCodeIdentity,
    leaseMs: options.leaseMs ?? 60_000,
    logger: options.logger === undefined ? silent : safeLogger(options.logger),
    clock: options.clock ?? systemClock,
    randomId: options.randomId ?? randomId,
  };
}

/** Checks options against a schema; `INVALID_OPTION` names the option, what it must be and what it got. */
export function checkOptions<T>(schema: z.ZodType<T>, options: unknown, owner: string): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    throw new InvalidInputError('INVALID_OPTION', issue.keys[0] ?? '', `${owner} has no option ${names}.`);
  }
  const path = issue?.path ?? [];
  const option = path.map(String).join('.') || 'options';
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], options);
  // zod says what it expected and what it got; the second is said here with the value.
  const expected = (issue?.message ?? '').replace(/^Invalid input: expected /, '').replace(/, received .*$/, '');
  throw new InvalidInputError('INVALID_OPTION', option, `${owner}: ${option} is ${describe(value)}. Expected: ${expected}.`);
}
