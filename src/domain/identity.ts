import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from './describe.js';
import { errorText } from './error-text.js';

const MAX_LENGTH = 1024;
/** White space around a code is no part of it, but this much is no code. */
const MAX_SPELLING_LENGTH = 16_384;
// `\s` is Unicode white space; Python's `str.strip` also removes these control characters, and the old bot's codes went through it.
// eslint-disable-next-line no-control-regex -- the control characters are the point
const EDGE = /[\s\x1c-\x1f\x85]/u;

/**
 * The identity of a gift code: without white space at its ends, NFKC, upper case without locale, repeated until nothing changes (one pass
 * is not enough: NFKC can bring a space to an end, upper-casing can undo NFKC). For ASCII this is exactly Python's `.strip().upper()`.
 *
 * Makes no check: an empty result is an empty string. Stores refuse it with `INVALID_CODE`.
 */
export function normalizeCode(code: string): string {
  if (/^[\x21-\x60\x7b-\x7e]*$/u.test(code)) return code;
  let current = code;
  for (;;) {
    const next = strip(current).normalize('NFKC').toUpperCase();
    if (next === current) return next;
    current = next;
  }
}

/** Without white space at its ends. Not by one regular expression: that takes quadratic time on white space inside. */
function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && EDGE.test(text.charAt(start))) start += 1;
  while (end > start && EDGE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The identity that stores use unless told otherwise. */
export const giftCodeIdentity: Identity = { name: 'gift-code', normalize: normalizeCode };

/**
 * The identity of a code under a rule, or `INVALID_CODE`.
 *
 * @param argument - what the error calls the value: `codes[7]`, `batch[3].codes[7]`
 */
export function checkCode(value: string, identity: Identity, argument: string): string {
  const given: unknown = value;
  if (typeof given !== 'string') throw invalid(argument, `${argument} is ${describe(given)}. A code is a string.`);
  if (!given.isWellFormed())
    throw invalid(argument, `${argument} has a lone surrogate, which no store can keep: ${describe(given)}.`);
  if (given.length > MAX_SPELLING_LENGTH) {
    throw invalid(
      argument,
      `${argument} has ${given.length} characters, ${MAX_SPELLING_LENGTH} at most with white space: ${describe(given)}.`,
    );
  }
  const code = apply(identity, given, argument);
  // An identity that cuts a character in two, or that does not settle, would make a record that no look-up finds.
  if (typeof code !== 'string' || !code.isWellFormed() || apply(identity, code, argument) !== code) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'identity',
      `The identity "${identity.name}" makes ${describe(code)} of ${argument}, which is no well-formed string that it leaves as it is. Mend its normalize().`,
    );
  }
  if (code === '') throw invalid(argument, `${argument} is ${describe(given)}, which is empty as a code. Leave it out.`);
  if (code.length > MAX_LENGTH) {
    throw invalid(argument, `${argument} has ${code.length} characters as a code, ${MAX_LENGTH} at most: ${describe(given)}.`);
  }
  return code;
}

/** The identity of what a store finds among its data; `undefined` for what no caller can ask for, because it is no code. */
export function foundCode(value: string, identity: Identity): string | undefined {
  try {
    return checkCode(value, identity, 'code');
  } catch (error) {
    if (error instanceof InvalidInputError && error.code === 'INVALID_CODE') return undefined;
    throw error;
  }
}

function apply(identity: Identity, value: string, argument: string): unknown {
  try {
    return identity.normalize(value);
  } catch (error) {
    const refusal = `The identity "${identity.name}" refuses it: ${errorText(error)}`;
    throw new InvalidInputError('INVALID_CODE', argument, `${argument} is ${describe(value)}. ${refusal}`, { cause: error });
  }
}

function invalid(argument: string, message: string): InvalidInputError {
  return new InvalidInputError('INVALID_CODE', argument, message);
}
