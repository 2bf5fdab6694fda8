import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from '../domain/describe.js';
import { checkCode } from '../domain/identity.js';
import type { RefusedCode } from './report.js';

/** The identity of a code of the source, or the reason why no store can keep the code. */
export function checkFoundCode(value: unknown, identity: Identity): string | RefusedCode {
  try {
    return checkCode(value as string, identity, 'the code');
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { code: codeText(value), reason: error.message };
  }
}

/** A code of the source, or whatever stands in its place, as text. */
export function codeText(value: unknown): string {
  return typeof value === 'string' ? value : describe(value);
}
