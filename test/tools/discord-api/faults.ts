import { z } from 'zod';
import { API_ERRORS } from './errors.js';

const commits = z.boolean();

/**
 * What can go wrong with one Create Message request. `commits` says whether the message is posted (and in the ledger as
 * `created`, or `deduplicated`) before the client sees the failure.
 */
const faultSchema = z.discriminatedUnion('type', [
  /** A refusal; nothing is posted. Without a code it is an HTML page, as a proxy in front of Discord writes it. */
  z.strictObject({
    type: z.literal('refusal'),
    status: z.int().min(400).max(499),
    code: z.int().optional(),
    message: z.string(),
  }),
  /** 429. `code` as in 20028, the write limit of a channel. Nothing is posted. */
  z.strictObject({
    type: z.literal('rate-limit'),
    retryAfterMs: z.number().positive(),
    scope: z.enum(['user', 'shared', 'global']),
    code: z.int().optional(),
  }),
  z.strictObject({ type: z.literal('server-error'), status: z.int().min(500).max(599), commits }),
  /** TCP reset instead of an answer. */
  z.strictObject({ type: z.literal('reset'), commits }),
  /** TCP end instead of an answer. */
  z.strictObject({ type: z.literal('close'), commits }),
  /** No answer, ever; the connection stays open. */
  z.strictObject({ type: z.literal('hang'), commits }),
  /** The message is posted, the head of the answer and half of its body arrive; then silence, or the end of the connection. */
  z.strictObject({ type: z.literal('half-answer'), then: z.enum(['hang', 'close']) }),
  /** The right answer, late. `commits: false` posts only after the delay, when the client may be long gone. */
  z.strictObject({ type: z.literal('slow'), delayMs: z.number().nonnegative(), commits }),
  /** TCP reset at once; the message is posted after the delay, when nobody waits for it any more. */
  z.strictObject({ type: z.literal('late'), delayMs: z.number().nonnegative() }),
]);

export type Fault = z.infer<typeof faultSchema>;

const refusal = ({ status, code, message }: (typeof API_ERRORS)[keyof typeof API_ERRORS]): Fault => ({
  type: 'refusal',
  status,
  code,
  message,
});

/** The faults that rules and probabilities can name. */
export const NAMED_FAULTS = {
  'missing-permissions': refusal(API_ERRORS.missingPermissions),
  'missing-access': refusal(API_ERRORS.missingAccess),
  'unknown-channel': refusal(API_ERRORS.unknownChannel),
  'rate-limited': { type: 'rate-limit', retryAfterMs: 50, scope: 'user' },
  'channel-write-limit': { type: 'rate-limit', retryAfterMs: 50, scope: 'shared', code: 20028 },
  'global-rate-limit': { type: 'rate-limit', retryAfterMs: 50, scope: 'global' },
  'server-error-before-commit': { type: 'server-error', status: 503, commits: false },
  'server-error-after-commit': { type: 'server-error', status: 500, commits: true },
  'bad-gateway-before-commit': { type: 'server-error', status: 502, commits: false },
  'gateway-timeout-after-commit': { type: 'server-error', status: 504, commits: true },
  'reset-before-commit': { type: 'reset', commits: false },
  'reset-after-commit': { type: 'reset', commits: true },
  'close-before-commit': { type: 'close', commits: false },
  'close-after-commit': { type: 'close', commits: true },
  'hang-before-commit': { type: 'hang', commits: false },
  'hang-after-commit': { type: 'hang', commits: true },
  'half-answer-then-hang': { type: 'half-answer', then: 'hang' },
  'half-answer-then-close': { type: 'half-answer', then: 'close' },
  'slow-answer': { type: 'slow', delayMs: 200, commits: true },
  'slow-commit': { type: 'slow', delayMs: 200, commits: false },
  'late-commit': { type: 'late', delayMs: 200 },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof NAMED_FAULTS;

const faultName = z.enum(Object.keys(NAMED_FAULTS) as [FaultName, ...FaultName[]]);

/** A fault to play, with the name that the ledger shows: the one it was asked for by, or its type. */
export type NamedFault = { readonly name: string } & Fault;

export const anyFault = z
  .union([faultName, faultSchema])
  .transform((fault): NamedFault =>
    typeof fault === 'string' ? { name: fault, ...NAMED_FAULTS[fault] } : { name: fault.type, ...fault },
  );

export const probabilities = z
  .partialRecord(faultName, z.number().min(0).max(1))
  .refine((each) => Object.values(each).reduce((sum, one) => sum + one, 0) <= 1, 'the probabilities add up to more than 1');

/** Whether nobody will ever see the message of the request on which this fault is played. */
export function preventsPost(fault: Fault): boolean {
  if (fault.type === 'slow' || fault.type === 'half-answer' || fault.type === 'late') return false;
  return fault.type === 'refusal' || fault.type === 'rate-limit' || !fault.commits;
}
