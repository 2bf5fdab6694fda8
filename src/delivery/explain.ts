import { errorText } from '../domain/error-text.js';
import type { CodeOutcome, UncertainOutcome } from './outcomes.js';

/** Why a code is uncertain, where nobody gave a reason. */
const UNCERTAIN: Readonly<Record<UncertainOutcome['reason'], string>> = {
  held: 'an earlier try may have arrived, and nobody has decided yet',
  'too-old': 'the first try is longer ago than retryWithinMs',
  incomplete: 'the message cannot be sent again as it first was',
  'other-target': 'the message was tried at another target',
  unsettled: 'the last try ended so recently that it may still arrive',
  'no-evidence': 'the platform could not say whether the message arrived',
  send: 'the send failed, and the message may have arrived',
  'not-recorded': 'the message went out, and the store did not take the mark',
  'not-released': 'the message did not go out, and the store did not take that',
  abandoned: 'the send did not settle after the signal was aborted',
};

/**
 * The same outcome with `detail`: why a code was not sent. The reason that `classifyError` gave,
 * else the error, else the outcome's reason in words.
 */
export function withDetail<O extends CodeOutcome>(outcome: O): O {
  if ((outcome.status !== 'uncertain' && outcome.status !== 'failed') || outcome.detail !== undefined) return outcome;
  const { error } = outcome;
  const words = outcome.status === 'uncertain' ? UNCERTAIN[outcome.reason] : outcome.reason;
  return { ...outcome, detail: error === undefined ? words : errorText(error) || words };
}
