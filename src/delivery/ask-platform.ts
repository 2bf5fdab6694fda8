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
  taken: TakenToAsk,
  isRecorded: (receipt: string) => Promise<boolean>,
): Promise<Answer> {
  const limit = new AbortController();
  const message = describeUncertain(run, taken, isRecorded, AbortSignal.any([run.signal, limit.signal]));
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

/** A message that was taken over to be asked for. */
export interface TakenToAsk {
  readonly claim: TakenClaim;
  /** A moment before the store was asked, in ms since 1970. Its ages are of a later moment. */
  readonly before: number;
}

/** Longest wait for an answer, in ms. */
export const ASK_LIMIT_MS = 30_000;

const UNTIMED: Answer = {
  outcome: 'uncertain',
  detail: 'nobody knows when the message was tried, so not finding it is no evidence',
};

function describeUncertain<T>(
  { clock, offer, options, store }: Run<T>,
  { claim, before }: TakenToAsk,
  isRecorded: (receipt: string) => Promise<boolean>,
  signal: AbortSignal,
): UncertainMessage<T> {
  const { guildId, messageId, target, codes, size, attempt, ageMs, idleMs } = claim;
  const ago = (moment: number, ms: number | null): Date | null => (ms === null ? null : new Date(moment - ms));
  return {
    ...{ guildId, messageId, target, codes, size, attempt, signal, isRecorded },
    items: offer.itemsOf(codes),
    // Rather too early and too late: the store's answer may have been on its way for long.
    firstTriedAt: ago(before, ageMs),
    lastTriedAt: ago(clock.now(), idleMs),
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
    ...(receiptSchema().safeParse(receipt).success && { receipt: String(receipt) }),
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
