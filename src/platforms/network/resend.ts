import type { ErrorVerdict } from '../../delivery/options.js';

/** What a classifier of errors has to be told of the message. */
export interface ResendContext {
  /**
   * Whether the message may have reached the platform before the request that failed. Default:
   * `false`. `true` for a retry of `sendOnce`, which says so itself, and for a client that sends
   * again by itself and reports the last failure alone.
   */
  readonly resend?: boolean;
}

/**
 * What a verdict on one request says of the whole message. On a resend every `not-sent` is
 * `uncertain`: the refusal of one request says nothing of the one before it.
 */
export function verdictOnMessage(verdict: ErrorVerdict, { resend = false }: ResendContext): ErrorVerdict {
  if (!resend || verdict.outcome !== 'not-sent') return verdict;
  return { ...verdict, outcome: 'uncertain', reason: `${verdict.reason ?? 'refused'}; an earlier request may have arrived` };
}
