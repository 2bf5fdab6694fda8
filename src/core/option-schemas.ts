import { z } from 'zod';
import type { Clock } from '../domain/clock.js';
import type { Identity } from '../contract/identity.js';
import type { Logger } from '../contract/logger.js';
import type { Source } from '../contract/types.js';
import { lazySchema } from './lazy-schema.js';

/**
 * The schema of one option. The message of the schema follows the word "Pass". Every check is this
 * package's own, so that no words of the validator reach a caller.
 */
export type OptionSchema<T> = z.ZodCustom<T, T>;

/** An option with a check of its own. `words` say what to pass. */
export function optionSchema<T>(check: (value: unknown) => boolean, words: string): OptionSchema<T> {
  return z.custom<T>(check, words);
}

/** A needed option that is checked elsewhere, because its errors have codes of their own. */
export const checkedLaterSchema = lazySchema(() => optionSchema<unknown>(() => true, 'a value').optional());

/** A function. */
export function functionSchema<T>(): OptionSchema<T> {
  return optionSchema<T>((value) => typeof value === 'function', 'a function');
}

/** An object with these methods. The object itself is kept, because it may belong to a class. */
export function methodsSchema<T>(...methods: readonly (keyof T & string)[]): OptionSchema<T> {
  return optionSchema<T>((value) => hasMethods(value, methods), `an object with ${methods.map((m) => `${m}()`).join(', ')}`);
}

/** Whether a value is an object with these methods. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}

/** One of some words. */
export function wordSchema<const W extends string>(...words: readonly W[]): OptionSchema<W> {
  return optionSchema<W>((value) => words.includes(value as W), listOf(words));
}

/** One of some words, or a function. */
export function wordOrFunctionSchema<const W extends string, F>(...words: readonly W[]): OptionSchema<W | F> {
  return optionSchema<W | F>(
    (value) => typeof value === 'function' || words.includes(value as W),
    `${words.map((word) => JSON.stringify(word)).join(', ')} or a function`,
  );
}

/** `true` or `false`. */
export const flagSchema = lazySchema(() => optionSchema<boolean>((value) => typeof value === 'boolean', 'true or false'));

/** A whole number of `unit`, from `least` to `most`. Without `most` there is no upper bound. */
export function wholeNumberSchema(unit: string, least: number, most?: number): OptionSchema<number> {
  const range = most === undefined ? `${grouped(least)} or more` : `${grouped(least)} to ${grouped(most)}`;
  return optionSchema<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= (most ?? Infinity),
    `a whole number of ${unit}, ${range}`,
  );
}

/** An age or a length of time in ms. No timer waits for it, so it may be any number. */
export const durationSchema = lazySchema(() =>
  optionSchema<number>((value) => Number.isFinite(value) && (value as number) >= 0, 'a number of ms, 0 or more'),
);

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A length of time in ms. A timer waits for it, so it has the limits of a timer. */
export function waitSchema(leastMs: number): OptionSchema<number> {
  return wholeNumberSchema('ms', leastMs, LONGEST_TIMER_MS);
}

/** A lease in ms: a second at least, a day at most. */
export const leaseSchema = lazySchema(() => wholeNumberSchema('ms', 1000, 86_400_000));

/** A string that is not empty, of at most `mostCharacters` if given. */
export function textSchema(mostCharacters?: number): OptionSchema<string> {
  return optionSchema<string>(
    (value) => isText(value, mostCharacters),
    mostCharacters === undefined ? 'a string that is not empty' : `a string of 1 to ${mostCharacters} characters`,
  );
}

/** Where a mark comes from. */
export const sourceSchema: () => OptionSchema<Source> = lazySchema(() => shortTextSchema(100));

/** What a platform answered for a message. */
export const receiptSchema = lazySchema(() => shortTextSchema(200));

/** Where in a guild a message goes. */
export const targetSchema = lazySchema(() => shortTextSchema(200));

/** A {@link Logger}. */
export const loggerSchema = lazySchema(() => methodsSchema<Logger>('info', 'warn', 'error'));

/** A {@link Clock}. */
export const clockSchema = lazySchema(() => methodsSchema<Clock>('now', 'monotonic'));

/** An {@link Identity}. */
export const identitySchema = lazySchema(() =>
  optionSchema<Identity>(
    (value) => hasMethods(value, ['normalize']) && isText((value as Identity).name, 100),
    'an object with normalize() and a name of 1 to 100 characters',
  ),
);

/** The signal of an `AbortController`. */
export const signalSchema = lazySchema(() =>
  optionSchema<AbortSignal>((value) => hasMethods(value, ['addEventListener', 'removeEventListener']), 'an AbortSignal'),
);

/** A string that every store can keep. Two lone surrogates would become one character in BSON. */
function shortTextSchema(most: number): OptionSchema<string> {
  return optionSchema<string>(
    (value) => isText(value, most) && value.isWellFormed(),
    `a string of 1 to ${most} characters without lone surrogates`,
  );
}

/** Words as a person lists them: `"a", "b" or "c"`. */
export function listOf(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}

function isText(value: unknown, most = Infinity): value is string {
  return typeof value === 'string' && value !== '' && value.length <= most;
}

/**
 * A number with a space before every three digits: a comma or a point means other things in other
 * countries.
 */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}
