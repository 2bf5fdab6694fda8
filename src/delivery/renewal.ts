import { LeaseLostError } from '../contract/errors.js';
import type { Claim } from '../contract/types.js';
import { describeMessage, type Run } from './delivery-context.js';

/** Renewals of one claim, one after another. */
export interface Renewal {
  /** Ends the renewals. Resolves, when the one under way has its answer, to whether the lease turned out to be lost. */
  stop(): Promise<boolean>;
}

/**
 * Renews a claim at every third of its lease until it is stopped. The next renewal is set up when the last has its answer, so two
 * never run at once. A failure is reported and tried again at the next third, which leaves one more before the lease ends; a
 * lease that was taken over is not asked for again.
 */
export function keepRenewed<T>(run: Run<T>, claim: Claim): Renewal {
  let stopped = false;
  let lost = false;
  let underWay: Promise<void> = Promise.resolve();
  let cancel = plan();

  function plan(): () => void {
    return run.schedule(claim.leaseMs / 3, () => {
      underWay = renew();
    });
  }

  async function renew(): Promise<void> {
    try {
      await run.store.renew(claim);
    } catch (error) {
      lost = error instanceof LeaseLostError;
      run.emit({ type: 'renew-failed', ...describeMessage(claim), error });
    }
    if (!stopped && !lost) cancel = plan();
  }

  return {
    async stop() {
      stopped = true;
      cancel();
      await underWay;
      return lost;
    },
  };
}
