import type { ErrorVerdict } from '../../delivery/options.js';

/** What a classifier of errors needs to know of the message. */
export interface ResendContext {
  /**
   * Whether the message may have reached the platform before the request that failed. `sendOnce`
   * says `true` for a retry. Say `true` for a client that sends again by itself and reports only
   * the last failure. Default: `false`.
   */
  readonly resend?: boolean;
}

/**
 * The verdict on a message, from the verdict on its last request. On a resend every `not-sent`
 * becomes `uncertain`: the refusal of one request says nothing of an earlier request.
 */
export function verdictOnMessage(verdict: ErrorVerdict, { resend = false }: ResendContext): ErrorVerdict {
  if (!resend || verdict.outcome !== 'not-sent') return verdict;
  return { ...verdict, outcome: 'uncertain', reason: `${verdict.reason ?? 'refused'}; an earlier request may have arrived` };
}
