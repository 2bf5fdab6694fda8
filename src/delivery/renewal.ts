import { LeaseLostError } from '../contract/errors.js';
import type { Claim } from '../contract/claims.js';
import { describeMessage, type Run } from './delivery-context.js';

/**
 * Renews a claim at every third of its lease until it is stopped. A renewal is planned when the one
 * before has its answer, so two never run at once. A failed renewal is reported and tried again at
 * the next third, in time for one more before the lease ends. A lost lease is not tried again.
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

/** The renewals of one claim. */
export interface Renewal {
  /** Ends the renewals, after the one under way. Resolves to whether the lease was lost. */
  stop(): Promise<boolean>;
}
