import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from '../domain/describe.js';
import { checkCode } from '../domain/identity.js';
import type { RefusedCode } from './report.js';

/** The identity of what a source has as a code, or why no store can keep it. */
export function checkFoundCode(value: unknown, identity: Identity): string | RefusedCode {
  try {
    return checkCode(value as string, identity, 'the code');
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { code: codeText(value), reason: error.message };
  }
}

/** What a source has as a code, as text. */
export function codeText(value: unknown): string {
  return typeof value === 'string' ? value : describe(value);
}
