import { InvalidInputError } from '../contract/errors.js';
import type { DeliveryOutcome } from '../contract/types.js';
import type { Claim } from '../contract/claims.js';
import { describe } from '../domain/describe.js';
import { warnOfRejection } from '../core/callbacks.js';
import type { ClassifyError, ErrorVerdict } from './options.js';
import type { VerdictScope } from './outcomes.js';

/**
 * Asks the bot what an error of `send` means. No answer, a wrong answer and an exception all count
 * as `uncertain`.
 */
export function judge(classify: ClassifyError | undefined, error: unknown, claim: Claim): Verdict {
  if (classify === undefined) return { outcome: 'uncertain', permanent: false };
  const { guildId, messageId, attempt } = claim;
  try {
    const answer: unknown = classify(error, { guildId, messageId, attempt, resend: attempt > 1 });
    warnOfRejection(answer);
    const verdict = (outcomes.includes(answer) ? { outcome: answer } : (answer ?? {})) as ErrorVerdict;
    if (!outcomes.includes(verdict.outcome)) {
      throw new InvalidInputError(
        'INVALID_OPTION',
        'classifyError',
        `classifyError returned ${describe(answer)}. Return 'sent', 'not-sent' or 'uncertain', or an object with one of these words as outcome.`,
      );
    }
    return {
      outcome: verdict.outcome,
      permanent: verdict.permanent === true,
      ...(isScope(verdict.scope) && { scope: verdict.scope }),
      ...(verdict.reason !== undefined && { detail: verdict.reason }),
    };
  } catch (problem) {
    return { outcome: 'uncertain', permanent: false, followUpErrors: [problem] };
  }
}

function isScope(value: unknown): value is VerdictScope {
  return value === 'message' || value === 'target' || value === 'all';
}

/** What an error of `send` means, with all defaults filled in. */
export interface Verdict {
  readonly outcome: DeliveryOutcome;
  readonly permanent: boolean;
  /** What the failure is about, if `classifyError` said so. */
  readonly scope?: VerdictScope;
  /** The reason that `classifyError` gave. */
  readonly detail?: string;
  /** Why `classifyError` gave no verdict; then the outcome is `uncertain`. */
  readonly followUpErrors?: readonly unknown[];
}

const outcomes: readonly unknown[] = ['sent', 'not-sent', 'uncertain'] satisfies DeliveryOutcome[];
