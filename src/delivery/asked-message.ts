import { LeaseLostError } from '../contract/errors.js';
import type { TakenClaim } from '../contract/claims.js';
import { errorText } from '../domain/error-text.js';
import { askMemoryOf } from './ask-memory.js';
import { type Answer, askPlatform } from './ask-platform.js';
import { describeMessage, type Run } from './delivery-context.js';
import type { FindDelivery } from './find-delivery.js';
import { deliverMessage, type MessageOutcome } from './message-delivery.js';
import { confirmSent, releaseAsked } from './record-outcome.js';
import { keepRenewed } from './renewal.js';
import { momentOf } from './timers.js';
import { takeToAsk, unsettledMs, waiting } from './uncertain-messages.js';

/**
 * Decides one uncertain message by what the platform says. The message is taken over first, so that
 * one process asks. Never rejects for a failure of the store: the message stays uncertain then.
 */
export async function decideByAsking<T>(run: Run<T>, find: FindDelivery<T>, message: AskedFor): Promise<Decided> {
  const before = run.clock.now();
  const claim = await takeToAsk(run, message.guildId, message.messageId);
  if (claim === undefined) return { codes: [] };
  // Somebody may have tried the message again since it was listed, or asked for it.
  const unsettled = unsettledMs(run, claim);
  if (unsettled > 0) return stillUncertain(run, claim, waiting(run, 'unsettled', unsettled));
  const wait = askMemoryOf(run.store).waitMs(claim.messageId, run.clock);
  if (wait > 0) return stillUncertain(run, claim, waiting(run, 'no-evidence', wait));
  const renewal = keepRenewed(run, claim);
  const answer = await askPlatform(run, find, { claim, before }, message.isRecorded);
  const leaseLost = await renewal.stop();
  if (answer.outcome === 'sent') return recordFound(run, claim, answer, leaseLost);
  if (answer.outcome === 'not-sent' && !leaseLost) return beginAnew(run, claim, answer);
  return noEvidence(run, claim, answer);
}

/** The message to be asked for. */
export interface AskedFor {
  readonly guildId: string;
  readonly messageId: string;
  readonly isRecorded: (receipt: string) => Promise<boolean>;
}

/** What became of the message. */
export interface Decided {
  /** Its codes, as their first claimant wrote them. Empty: somebody else has the message. */
  readonly codes: readonly string[];
  /** How the message ended. Absent if its codes are free again. */
  readonly outcome?: MessageOutcome;
  /** Whether `send` was called. */
  readonly tried?: boolean;
}

async function recordFound<T>(run: Run<T>, claim: TakenClaim, answer: Answer, leaseLost: boolean): Promise<Decided> {
  const { messageId, attempt, codes, idleMs } = claim;
  const { receipt, sentAt = new Date(run.clock.now() - (idleMs ?? 0)) } = answer;
  tell(run, claim, answer);
  try {
    const confirmed = await confirmSent(run, claim, { sentAt, ...(receipt !== undefined && { receipt }) });
    askMemoryOf(run.store).forget(messageId);
    const lost = leaseLost || confirmed.leaseLost;
    return { codes, outcome: { status: 'sent', messageId, attempt, leaseLost: lost, found: true } };
  } catch (error) {
    run.emit({ type: 'ask-failed', guildId: claim.guildId, error });
    return { codes, outcome: { status: 'uncertain', reason: 'not-recorded', messageId, attempt, error } };
  }
}

/**
 * Sends a message that did not arrive, under its old id: an owner that was stopped, or a send that
 * is still queued in a client, meets the same nonce. A message that is not offered whole becomes
 * free instead: what is left of it is another message, and the old nonce would swallow codes.
 */
async function beginAnew<T>(run: Run<T>, claim: TakenClaim, answer: Answer): Promise<Decided> {
  const isWhole = claim.codes.length === claim.size && run.offer.itemsOf(claim.codes).length === claim.size;
  const askedAt = momentOf(run.clock);
  try {
    if (!isWhole) {
      await run.store.release(claim, 'unsent');
      askMemoryOf(run.store).forget(claim.messageId);
      tell(run, claim, answer);
      return { codes: claim.codes };
    }
    const target = run.targetOf(claim.guildId);
    const anew = await run.store.restart(claim, target === undefined ? {} : { target });
    askMemoryOf(run.store).forget(claim.messageId);
    tell(run, claim, answer);
    // Some codes were marked meanwhile: what is left is another message.
    if (anew.codes.length < claim.size) {
      await run.store.release(anew, 'unsent');
      return { codes: anew.codes };
    }
    return { codes: anew.codes, outcome: await deliverMessage(run, anew, askedAt), tried: true };
  } catch (error) {
    const detail =
      error instanceof LeaseLostError ? 'somebody else took the message over while the platform was asked' : undefined;
    return noEvidence(run, claim, { outcome: 'uncertain', error, ...(detail !== undefined && { detail }) });
  }
}

async function noEvidence<T>(run: Run<T>, claim: TakenClaim, { error, detail }: Answer): Promise<Decided> {
  const memory = askMemoryOf(run.store);
  memory.noteNoAnswer(claim.messageId, run.clock);
  const outcome = waiting(run, 'no-evidence', memory.waitMs(claim.messageId, run.clock));
  const why = detail ?? (error === undefined ? undefined : errorText(error));
  tell(run, claim, { outcome: 'uncertain', error, ...(why !== undefined && { detail: why }) }, outcome.nextAskAt);
  return stillUncertain(run, claim, {
    ...outcome,
    ...(error !== undefined && { error }),
    ...(why !== undefined && { detail: why }),
  });
}

async function stillUncertain<T>(run: Run<T>, claim: TakenClaim, outcome: MessageOutcome): Promise<Decided> {
  const { codes, messageId, attempt } = claim;
  const followUpErrors = await releaseAsked(run, claim);
  for (const error of followUpErrors) run.emit({ type: 'ask-failed', guildId: claim.guildId, error });
  const whole = { ...outcome, messageId, attempt, ...(followUpErrors.length > 0 && { followUpErrors }) };
  return { codes, outcome: whole as MessageOutcome };
}

function tell<T>(run: Run<T>, claim: TakenClaim, { outcome, detail, error }: Answer, nextAskAt?: Date): void {
  run.emit({
    type: 'asked',
    ...describeMessage(claim),
    outcome,
    ...(detail !== undefined && { detail }),
    ...(error !== undefined && { error }),
    ...(nextAskAt !== undefined && { nextAskAt }),
  });
}
