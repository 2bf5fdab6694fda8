import { SentCodeStoreError } from '../contract/errors.js';
import type { MarkOptions } from '../contract/types.js';
import type { Claim, ConfirmResult } from '../contract/claims.js';
import { describeMessage, type Run } from './delivery-context.js';
import { delay } from './timers.js';

/**
 * Records a message that went out. Tries again with back-off. `MARK_FAILED_AFTER_SEND` if every try
 * fails.
 */
export async function confirmSent<T>(
  run: Run<T>,
  claim: Claim,
  mark: Pick<MarkOptions, 'sentAt' | 'receipt'> = {},
): Promise<ConfirmResult> {
  const { source } = run.options;
  const options = { ...mark, ...(source !== undefined && { source }) };
  try {
    return await persist(run, claim, () => run.store.confirm(claim, undefined, options));
  } catch (cause) {
    throw new SentCodeStoreError(
      'MARK_FAILED_AFTER_SEND',
      `The message with ${claim.codes.join(', ')} went out to guild ${claim.guildId} and ${run.store.name} did not take the ` +
        "mark. The codes become uncertain when the lease ends. Decide them with resolveUncertain(guildId, codes, 'sent') " +
        'when the store is back.',
      { cause },
    );
  }
}

/**
 * Gives back the codes of a message that did not go out. Tries again with back-off, because a lease
 * that runs out leaves the codes uncertain.
 */
export async function giveBack<T>(run: Run<T>, claim: Claim): Promise<void> {
  await persist(run, claim, () => run.store.release(claim, 'not-sent'));
}

/**
 * Gives back a message that was only asked for. Resolves to what went wrong. Without a second try:
 * the end of the lease leads to the same state.
 */
export async function releaseAsked<T>(run: Run<T>, claim: Claim): Promise<unknown[]> {
  return run.store.release(claim, 'uncertain').then(
    () => [],
    (error: unknown) => [error],
  );
}

/** Pauses in ms between the tries to tell the store how a message ended: 6 tries in about 8 s. */
export const settlePausesMs: readonly number[] = [250, 500, 1000, 2000, 4000];

/**
 * Calls the store until it succeeds, also after an abort: giving up here would leave the codes
 * uncertain.
 */
async function persist<T, R>(run: Run<T>, claim: Claim, call: () => Promise<R>): Promise<R> {
  for (const delayMs of settlePausesMs) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof SentCodeStoreError && error.code === 'STORE_CLOSED') throw error;
      run.emit({ type: 'store-retry', ...describeMessage(claim), error, delayMs });
      await delay(delayMs, run.schedule);
    }
  }
  return call();
}
