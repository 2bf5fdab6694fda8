import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Codes, MarkOptions } from '../contract/types.js';
import type { Claim, ClaimOptions, ExpectedTry, TakeUncertainOptions } from '../contract/claims.js';
import { checkCodes, type SpelledKey } from '../domain/codes.js';
import { describe } from '../domain/describe.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkOptions } from './check-options.js';
import { lazySchema } from './lazy-schema.js';
import {
  durationSchema,
  leaseSchema,
  listOf,
  optionSchema,
  receiptSchema,
  sourceSchema,
  targetSchema,
  textSchema,
  wholeNumberSchema,
  wordSchema,
} from './option-schemas.js';

/** Checks the options of a mark. */
export function checkMarkOptions(options: MarkOptions | undefined): MarkOptions {
  return options === undefined ? {} : (checkOptions(markOptionsSchema, options, 'markSent') as MarkOptions);
}

/** Checks the options of a claim. */
export function checkClaimOptions(options: ClaimOptions | undefined): ClaimOptions {
  return options === undefined ? {} : (checkOptions(claimOptionsSchema, options, 'claim') as ClaimOptions);
}

/** Checks the options of a restart. */
export function checkRestartOptions(options: Pick<ClaimOptions, 'target'> | undefined): Pick<ClaimOptions, 'target'> {
  return options === undefined ? {} : (checkOptions(restartOptionsSchema, options, 'restart') as Pick<ClaimOptions, 'target'>);
}

/** Checks which tries a decision is about. */
export function checkExpected(expected: ExpectedTry | undefined): ExpectedTry | undefined {
  return expected === undefined ? undefined : checkOptions(expectedSchema, expected, 'expected');
}

/** Checks the options of a takeover, except `codes`. */
export function checkTakeOptions(options: TakeUncertainOptions | undefined): TakeUncertainOptions {
  return options === undefined ? {} : (checkOptions(takeOptionsSchema, options, 'takeUncertain') as TakeUncertainOptions);
}

/**
 * Checks that a value is a claim as a store gave it, and that the codes are part of the claim.
 * Returns these codes, or all of the claim's, in the claim's spelling and order.
 */
export function checkClaimedCodes(claim: Claim, codes: Codes | undefined, identity: Identity): readonly SpelledKey[] {
  const given: unknown = claim;
  if (typeof given !== 'object' || given === null) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'claim',
      `claim is ${describe(given)}. Pass a claim as claim() or takeUncertain() gave it.`,
    );
  }
  checkOptions(claimSchema, claim, 'claim');
  const guildId = checkGuildId(claim.guildId, 'claim.guildId');
  const all = checkCodes(guildId, claim.codes, identity, 'claim.codes');
  if (codes === undefined) return all;
  const own = new Set(all.map(({ code }) => code));
  const part = checkCodes(guildId, codes, identity);
  const stranger = part.find(({ code }) => !own.has(code));
  if (stranger !== undefined) {
    throw new InvalidInputError(
      'INVALID_CODES',
      'codes',
      `codes has ${JSON.stringify(stranger.spelling)}, which is not part of the claim. Pass codes of claim.codes, or none for all.`,
    );
  }
  const named = new Set(part.map(({ code }) => code));
  return all.filter(({ code }) => named.has(code));
}

/** Checks that an argument is one of the allowed words. */
export function checkDecision(value: string, argument: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new InvalidInputError('INVALID_OPTION', argument, `${argument} is ${describe(value)}. Pass ${listOf(allowed)}.`);
}

const markOptionsSchema = lazySchema(() =>
  z.strictObject({
    source: sourceSchema().optional(),
    sentAt: optionSchema<Date>((value) => value instanceof Date && !Number.isNaN(value.getTime()), 'a valid Date').optional(),
    receipt: receiptSchema().optional(),
  }),
);

const claimOptionsSchema = lazySchema(() =>
  z.strictObject({ leaseMs: leaseSchema().optional(), target: targetSchema().optional() }),
);

const restartOptionsSchema = lazySchema(() => z.strictObject({ target: targetSchema().optional() }));

const expectedSchema = lazySchema(() => z.strictObject({ messageId: textSchema(), attempt: wholeNumberSchema('tries', 1) }));

const takeOptionsSchema = lazySchema(() =>
  z.strictObject({
    leaseMs: leaseSchema().optional(),
    withinMs: durationSchema().optional(),
    purpose: wordSchema('retry', 'ask').optional(),
    messageId: textSchema().optional(),
    // Checked elsewhere, as every list of codes.
    codes: optionSchema<unknown>(() => true, 'codes').optional(),
  }),
);

const claimSchema = lazySchema(() =>
  z.object({
    codes: optionSchema<string[]>(
      (value) => Array.isArray(value) && value.length > 0 && value.every((code) => typeof code === 'string'),
      'the claim as the store gave it, with an array of codes',
    ),
    token: textSchema(),
    messageId: textSchema(),
    leaseMs: leaseSchema(),
    attempt: wholeNumberSchema('tries', 1),
  }),
);
