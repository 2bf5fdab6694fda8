import { InvalidInputError, SentCodeStoreError } from '../contract/errors.js';
import type { DeliveryOutcome } from '../contract/types.js';
import type { TakenClaim } from '../contract/claims.js';
import { receiptSchema } from '../core/option-schemas.js';
import { describe } from '../domain/describe.js';
import type { Run } from './delivery-context.js';
import type { DeliveryEvidence, FindDelivery, UncertainMessage } from './find-delivery.js';

/** What is known of a message after the platform was asked. */
export interface Answer extends Omit<DeliveryEvidence, 'reason'> {
  /** Why, for people. */
  readonly detail?: string;
  /** What went wrong with the asking. */
  readonly error?: unknown;
}

/**
 * Asks the bot's `findDelivery` about one message. Whatever is not a clear answer is `uncertain`:
 * an exception, a wrong answer, no answer in time. Without the times of the tries nobody knows in
 * which span the message would be, so only a message that was found decides then.
 */
export async function askPlatform<T>(
  run: Run<T>,
  find: FindDelivery<T>,
  claim: TakenClaim,
  isRecorded: (receipt: string) => Promise<boolean>,
): Promise<Answer> {
  const limit = new AbortController();
  const message = describeUncertain(run, claim, isRecorded, AbortSignal.any([run.signal, limit.signal]));
  const overdue = new Promise<never>((_, reject) => {
    message.signal.addEventListener('abort', () => reject(message.signal.reason as Error), { once: true });
  });
  const cancel = run.schedule(ASK_LIMIT_MS, () => limit.abort(tooSlow()));
  try {
    // An abort before this moment fires no more.
    message.signal.throwIfAborted();
    const answer = checkAnswer(await Promise.race([Promise.resolve(message).then(find), overdue]));
    const isTimed = message.firstTriedAt !== null && message.lastTriedAt !== null;
    return answer.outcome === 'not-sent' && !isTimed ? UNTIMED : answer;
  } catch (error) {
    return { outcome: 'uncertain', error };
  } finally {
    cancel();
  }
}

/** Longest wait for an answer, in ms. */
export const ASK_LIMIT_MS = 30_000;

const UNTIMED: Answer = {
  outcome: 'uncertain',
  detail: 'nobody knows when the message was tried, so not finding it is no evidence',
};

function describeUncertain<T>(
  { clock, offer, options, store }: Run<T>,
  claim: TakenClaim,
  isRecorded: (receipt: string) => Promise<boolean>,
  signal: AbortSignal,
): UncertainMessage<T> {
  const { guildId, messageId, target, codes, size, attempt, ageMs, idleMs } = claim;
  const ago = (ms: number | null): Date | null => (ms === null ? null : new Date(clock.now() - ms));
  return {
    ...{ guildId, messageId, target, codes, size, attempt, signal, isRecorded },
    items: offer.itemsOf(codes),
    firstTriedAt: ago(ageMs),
    lastTriedAt: ago(idleMs),
    settleMs: options.settleMs ?? DEFAULT_SETTLE_MS,
    identity: store.identity,
  };
}

/** How long after its last try a message is not asked for, in ms. */
export const DEFAULT_SETTLE_MS = 30_000;

function checkAnswer(given: unknown): Answer {
  const { outcome, receipt, sentAt, reason } = (
    typeof given === 'string' ? { outcome: given } : (given ?? {})
  ) as DeliveryEvidence;
  if (!outcomes.includes(outcome)) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'findDelivery',
      `findDelivery returned ${describe(given)}. Return 'sent', 'not-sent' or 'uncertain', or an object with one of these words as outcome.`,
    );
  }
  return {
    outcome,
    ...(receiptSchema.safeParse(receipt).success && { receipt: String(receipt) }),
    ...(sentAt instanceof Date && !Number.isNaN(sentAt.getTime()) && { sentAt }),
    ...(typeof reason === 'string' && reason !== '' && { detail: reason }),
  };
}

const outcomes: readonly unknown[] = ['sent', 'not-sent', 'uncertain'] satisfies DeliveryOutcome[];

function tooSlow(): SentCodeStoreError {
  return new SentCodeStoreError('ABORTED', `findDelivery gave no answer in ${ASK_LIMIT_MS} ms. It is asked again later.`, {
    retryable: true,
  });
}
