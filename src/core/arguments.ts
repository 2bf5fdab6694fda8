import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Claim, ClaimOptions, Codes, MarkOptions, TakeUncertainOptions } from '../contract/types.js';
import { checkCodes, type SpelledKey } from '../domain/codes.js';
import { describe } from '../domain/describe.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkOptions, leaseSchema } from './options.js';

const markOptionsSchema = z.strictObject({
  source: z
    .string()
    .min(1)
    .max(100)
    .refine((source) => source.isWellFormed(), 'a string without lone surrogates')
    .optional(),
  sentAt: z.date().optional(),
});
const claimOptionsSchema = z.strictObject({ leaseMs: leaseSchema.optional() });
const takeOptionsSchema = z.strictObject({
  leaseMs: leaseSchema.optional(),
  withinMs: z.number().nonnegative().optional(),
  // Checked as every other list of codes is.
  codes: z.custom<Codes>(() => true).optional(),
});
const claimSchema = z.object({
  codes: z.array(z.string()).min(1),
  token: z.string().min(1),
  messageId: z.string().min(1),
  leaseMs: leaseSchema,
  attempt: z.number().int().min(1),
});

/** Checks the options of a mark. */
export function checkMarkOptions(options: MarkOptions | undefined): MarkOptions {
  return options === undefined ? {} : (checkOptions(markOptionsSchema, options, 'markSent') as MarkOptions);
}

/** Checks the options of a claim. */
export function checkClaimOptions(options: ClaimOptions | undefined): ClaimOptions {
  return options === undefined ? {} : (checkOptions(claimOptionsSchema, options, 'claim') as ClaimOptions);
}

/** Checks the options of a takeover but for the codes themselves. */
export function checkTakeOptions(options: TakeUncertainOptions | undefined): TakeUncertainOptions {
  return options === undefined ? {} : (checkOptions(takeOptionsSchema, options, 'takeUncertain') as TakeUncertainOptions);
}

/** Checks that a value is a claim as a store gave it, and that codes are part of it. Returns those, or all, in the claim's spelling and order. */
export function checkClaimedCodes(claim: Claim, codes: Codes | undefined, identity: Identity): readonly SpelledKey[] {
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
      `codes has ${JSON.stringify(stranger.spelling)}, which is not part of the claim.`,
    );
  }
  const named = new Set(part.map(({ code }) => code));
  return all.filter(({ code }) => named.has(code));
}

/** Checks a word that decides. */
export function checkDecision(value: string, argument: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  const words = allowed.map((word) => JSON.stringify(word)).join(' or ');
  throw new InvalidInputError('INVALID_OPTION', argument, `${argument} is ${describe(value)}. Pass ${words}.`);
}
