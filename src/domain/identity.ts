import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from './describe.js';
import { errorText } from './error-text.js';

/**
 * The identity of a gift code: no white space at the ends, NFKC, upper case without locale,
 * repeated until nothing changes. One pass is not enough: NFKC can bring a space to an end, and
 * upper-casing can undo NFKC. For ASCII this is exactly Python's `.strip().upper()`.
 *
 * Checks nothing: a code of white space becomes the empty string. Stores refuse such a code with
 * `INVALID_CODE`.
 *
 * @example
 * ```ts
 * import { normalizeCode } from 'sent-code-store';
 *
 * console.log(normalizeCode(' wos0408 ')); // WOS0408
 * ```
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

/** The default identity of a store: {@link normalizeCode} under the name `gift-code`. */
export const giftCodeIdentity: Identity = { name: 'gift-code', normalize: normalizeCode };

/**
 * The identity of a code under a rule, or `INVALID_CODE`.
 *
 * @param argument - what the error calls the value: `codes[7]`
 * @param index - place in the list that `argument` names, for the error: `codes` and 7
 */
export function checkCode(value: string, identity: Identity, argument: string, index?: number): string {
  const given: unknown = value;
  if (typeof given !== 'string') throw invalid(nameOf(argument, index), `is ${describe(given)}. A code is a string.`);
  if (!given.isWellFormed())
    throw invalid(nameOf(argument, index), `has a lone surrogate, which no store can keep: ${describe(given)}.`);
  if (given.length > MAX_SPELLING_LENGTH) {
    throw invalid(
      nameOf(argument, index),
      `has ${given.length} characters, ${MAX_SPELLING_LENGTH} at most with white space: ${describe(given)}.`,
    );
  }
  const code = apply(identity, given, argument, index);
  // If the identity cuts a character in two, or changes its own result, no look-up would find the
  // record.
  if (code !== given && (typeof code !== 'string' || !code.isWellFormed() || apply(identity, code, argument, index) !== code)) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'identity',
      `The identity "${identity.name}" makes ${describe(code)} of ${nameOf(argument, index)}. A result must be a well-formed ` +
        'string, and normalize() must leave its own results as they are. Mend its normalize().',
    );
  }
  if (code === '') throw invalid(nameOf(argument, index), `is ${describe(given)}, which is empty as a code. Leave it out.`);
  if (code.length > MAX_LENGTH) {
    throw invalid(nameOf(argument, index), `has ${code.length} characters as a code, ${MAX_LENGTH} at most: ${describe(given)}.`);
  }
  return code;
}

/**
 * The identity of a string among a store's data; `undefined` for a string that cannot be a code
 * (empty, too long, refused by the identity). No caller can ask for such a string.
 */
export function foundCode(value: string, identity: Identity): string | undefined {
  try {
    return checkCode(value, identity, 'code');
  } catch (error) {
    if (error instanceof InvalidInputError && error.code === 'INVALID_CODE') return undefined;
    throw error;
  }
}

const MAX_LENGTH = 1024;

/** The most characters of a code with the white space around it. More is a mistake. */
const MAX_SPELLING_LENGTH = 16_384;

// `\s` is Unicode white space. Python's `str.strip` removes these control characters too, and the
// old bot stripped its codes so.
// eslint-disable-next-line no-control-regex -- the control characters are the point
const EDGE = /[\s\x1c-\x1f\x85]/u;

/**
 * Removes white space at the ends. Not by one regular expression: white space inside would take
 * quadratic time.
 */
function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && EDGE.test(text.charAt(start))) start += 1;
  while (end > start && EDGE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function apply(identity: Identity, value: string, argument: string, index: number | undefined): unknown {
  try {
    return identity.normalize(value);
  } catch (error) {
    const name = nameOf(argument, index);
    const refusal = `The identity "${identity.name}" refuses it: ${errorText(error)}`;
    throw new InvalidInputError('INVALID_CODE', name, `${name} is ${describe(value)}. ${refusal}`, { cause: error });
  }
}

function invalid(name: string, says: string): InvalidInputError {
  return new InvalidInputError('INVALID_CODE', name, `${name} ${says}`);
}

/** Made for an error alone: for each code of a batch the text would cost more than the check. */
function nameOf(argument: string, index: number | undefined): string {
  return index === undefined ? argument : `${argument}[${index}]`;
}
