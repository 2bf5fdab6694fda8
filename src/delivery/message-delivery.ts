import { InvalidInputError, LeaseLostError } from '../contract/errors.js';
import type { Claim } from '../contract/claims.js';
import { describe } from '../domain/describe.js';
import { withErrorJson } from '../domain/error-json.js';
import { withDetail } from './explain.js';
import { judge } from './error-verdict.js';
import { isThenable } from '../core/callbacks.js';
import { keepRenewed } from './renewal.js';
import type { FailedOutcome, SentOutcome, UncertainOutcome } from './outcomes.js';
import { abortedOutcome, describeMessage, type Run } from './delivery-context.js';
import { receiptFor } from './receipt.js';
import { confirmSent, giveBack } from './record-outcome.js';
import { elapsedSince, type Moment, momentOf } from './timers.js';

/**
 * Sends one claimed message and tells the store how it ended. Never rejects for a failure of `send`
 * or of the store.
 *
 * @param claimedAt - a moment before the claim was asked for
 */
export async function deliverMessage<T>(run: Run<T>, claim: Claim, claimedAt: Moment): Promise<MessageOutcome> {
  const startedAt = momentOf(run.clock);
  const stale = await renewIfStale(run, claim, claimedAt);
  const failure = stale ?? (run.signal.aborted ? abortedOutcome(run.signal) : undefined);
  const outcome = failure === undefined ? await sendAndSettle(run, claim) : await nothingArrived(run, claim, failure);
  run.emit({
    type: 'message',
    ...describeMessage(claim),
    outcome: withErrorJson(withDetail(outcome)),
    durationMs: elapsedSince(startedAt, run.clock),
  });
  return outcome;
}

/** How a message of this call ended. */
export type MessageOutcome = SentOutcome | UncertainOutcome | FailedOutcome;

type Settled = { readonly sent: true; readonly result: unknown } | { readonly sent: false; readonly error: unknown };

/**
 * A process that stood still between claim and send may have lost its lease without knowing:
 *
 * ```text
 * process 1: claims A   stopped .................... wakes, would send A
 * process 2:                     lease over: retries A, records it
 * ```
 *
 * So an old claim is renewed before the send, and a renewal that took as long as a lease counts as
 * lost. One gap remains: a process that stands still between the store's answer and its own
 * request.
 */
async function renewIfStale<T>(run: Run<T>, claim: Claim, claimedAt: Moment): Promise<FailedOutcome | undefined> {
  if (elapsedSince(claimedAt, run.clock) < claim.leaseMs / 3) return undefined;
  const askedAt = momentOf(run.clock);
  try {
    // To the store, a code that was marked as sent meanwhile is not lost. Here it must not be sent
    // again.
    const { codes } = await run.store.renew(claim);
    if (elapsedSince(askedAt, run.clock) >= claim.leaseMs) {
      throw new LeaseLostError(
        `The renewal for guild ${claim.guildId} took as long as the lease, which may be over.`,
        claim.codes,
      );
    }
    if (codes.length === claim.codes.length) return undefined;
    const lost = claim.codes.filter((code) => !codes.includes(code));
    throw new LeaseLostError(`${lost.join(', ')} of the claim for guild ${claim.guildId} is marked as sent meanwhile.`, lost);
  } catch (error) {
    const reason = error instanceof LeaseLostError ? 'lease-lost' : 'store';
    return { status: 'failed', reason, error, permanent: false };
  }
}

async function sendAndSettle<T>(run: Run<T>, claim: Claim): Promise<MessageOutcome> {
  const renewal = keepRenewed(run, claim);
  const sending = callSend(run, claim);
  const result = await Promise.race([sending, abandonAfterAbort(run, claim, sending)]);
  const leaseLost = await renewal.stop();
  if (result === 'abandoned') return abandoned(run, claim, sending);
  if (result.sent) return recordSent(run, claim, leaseLost, receiptFor(run, result.result));
  const { error } = result;
  const { outcome, ...rest } = judge(run.options.classifyError, error, claim);
  if (outcome === 'sent') return recordSent(run, claim, leaseLost, {});
  if (outcome === 'not-sent') return nothingArrived(run, claim, { status: 'failed', reason: 'send', error, ...rest });
  return giveBackUncertain(run, claim, { reason: 'send', error, ...rest });
}

async function callSend<T>(run: Run<T>, claim: Claim): Promise<Settled> {
  const { guildId, messageId, attempt } = claim;
  try {
    // What `target` says may have changed since the claim. The target that is kept is the one that
    // `findDelivery` reads, and the only one where the nonce of an earlier try counts.
    const target = claim.target ?? run.targetOf(guildId);
    const sending: unknown = run.options.send(run.offer.itemsOf(claim.codes), {
      guildId,
      messageId,
      attempt,
      target,
      signal: run.signal,
    });
    if (!isThenable(sending)) {
      const problem = `send returned ${describe(sending)}, so nobody knows whether the message arrived. Return the promise of the sending.`;
      warnOnce(run.options.send, problem);
      throw new InvalidInputError('INVALID_OPTION', 'send', problem);
    }
    return { sent: true, result: await sending };
  } catch (error) {
    return { sent: false, error };
  }
}

/** At once: the report comes after the whole round, of which every message is uncertain. */
function warnOnce(send: object, problem: string): void {
  if (warned.has(send)) return;
  warned.add(send);
  process.emitWarning(problem, { code: 'SENT_CODE_SEND' });
}

const warned = new WeakSet<object>();

/**
 * Resolves one lease after an abort, so that a send under way can finish. Never resolves if the
 * sending settles before.
 */
function abandonAfterAbort<T>(run: Run<T>, claim: Claim, sending: Promise<Settled>): Promise<'abandoned'> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      cancel = run.schedule(claim.leaseMs, () => resolve('abandoned'));
    };
    if (run.signal.aborted) onAbort();
    else run.signal.addEventListener('abort', onAbort, { once: true });
    void sending.then(() => {
      run.signal.removeEventListener('abort', onAbort);
      cancel();
    });
  });
}

/**
 * Leaves a send that does not settle. A later success is still recorded, and `onEvent` is told:
 * nobody else listens by then.
 */
async function abandoned<T>(run: Run<T>, claim: Claim, sending: Promise<Settled>): Promise<UncertainOutcome> {
  const outcome = await giveBackUncertain(run, claim, { reason: 'abandoned', error: run.signal.reason });
  void sending.then(async (late) => {
    const message = describeMessage(claim);
    if (!late.sent) {
      run.emit({ type: 'late-failure', ...message, error: late.error });
      return;
    }
    const failure = await confirmSent(run, claim, receiptFor(run, late.result)).then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
    run.emit({ type: 'late-success', ...message, ...failure });
  });
  return outcome;
}

async function recordSent<T>(
  run: Run<T>,
  claim: Claim,
  leaseLost: boolean,
  receipt: { readonly receipt?: string },
): Promise<MessageOutcome> {
  const { messageId, attempt } = claim;
  try {
    const confirmed = await confirmSent(run, claim, receipt);
    return { status: 'sent', messageId, attempt, leaseLost: leaseLost || confirmed.leaseLost };
  } catch (error) {
    return { status: 'uncertain', reason: 'not-recorded', messageId, attempt, error };
  }
}

/**
 * Gives back a message of which nothing arrived in this try. If an earlier try is unknown, the
 * message stays uncertain.
 */
async function nothingArrived<T>(run: Run<T>, claim: Claim, failure: FailedOutcome): Promise<MessageOutcome> {
  const { messageId, attempt } = claim;
  try {
    await giveBack(run, claim);
  } catch (releaseError) {
    return { ...failure, status: 'uncertain', reason: 'not-released', messageId, attempt, followUpErrors: [releaseError] };
  }
  if (attempt === 1) return failure;
  const reason = failure.reason === 'send' ? 'send' : 'held';
  return { ...failure, status: 'uncertain', reason, messageId, attempt };
}

/**
 * Gives a message back as uncertain. Without a second try: the end of the lease leads to the same
 * state.
 */
async function giveBackUncertain<T>(
  run: Run<T>,
  claim: Claim,
  why: Pick<UncertainOutcome, 'reason' | 'error' | 'followUpErrors' | 'permanent' | 'scope' | 'detail'>,
): Promise<UncertainOutcome> {
  const { messageId, attempt } = claim;
  const outcome: UncertainOutcome = { status: 'uncertain', messageId, attempt, ...why };
  try {
    await run.store.release(claim, 'uncertain');
    return outcome;
  } catch (releaseError) {
    return { ...outcome, followUpErrors: [...(why.followUpErrors ?? []), releaseError] };
  }
}
