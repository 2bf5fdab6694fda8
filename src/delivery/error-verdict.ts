import { InvalidInputError } from '../contract/errors.js';
import type { Claim, DeliveryOutcome } from '../contract/types.js';
import { describe } from '../domain/describe.js';
import { warnOfRejection } from '../core/callbacks.js';
import type { ClassifyError, ErrorVerdict } from './options.js';
import type { VerdictScope } from './report.js';

/** A verdict with nothing left open. */
export interface Verdict {
  readonly outcome: DeliveryOutcome;
  readonly permanent: boolean;
  readonly scope?: VerdictScope;
  /** The verdict's reason. */
  readonly detail?: string;
  /** Why there is no verdict, so that the outcome is `uncertain`. */
  readonly followUpErrors?: readonly unknown[];
}

const outcomes: readonly unknown[] = ['sent', 'not-sent', 'uncertain'] satisfies DeliveryOutcome[];

/** Asks the bot what an error of `send` means. No answer, a wrong answer and an exception all mean that it is not known. */
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
        `classifyError answered ${describe(answer)}. It must give 'sent', 'not-sent' or 'uncertain', or an object with one of ` +
          'them as outcome.',
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
