import type { CodeRecord } from '../domain/record.js';
import type { LocalRecord } from '../domain/state-machine.js';
import { markUnsent } from './batches.js';
import type { Ownership, StoreDriver, StorePrimitives } from './driver.js';

/** What the owner of a claim does with its codes. */
type OwnerSteps = Required<Pick<StoreDriver, 'confirmRecords' | 'renewRecords' | 'releaseRecords'>>;

/** The steps of a claim's owner, of a store that has no shorter way than its other primitives. */
export function ownerStepsOf(store: Pick<StorePrimitives, 'readKnown' | 'markRecords' | 'settleRecords'>): OwnerSteps {
  return {
    async confirmRecords({ token }, marks) {
      const before = await store.readKnown(marks);
      const made = await markUnsent(store, marks, before);
      return before.map((record, index) => ({ isMarked: made[index] === true, isLost: isLost(record, token) }));
    },
    async renewRecords({ token, leaseMs }, keys) {
      const after = await store.settleRecords(
        keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'renew', token, leaseMs } })),
      );
      return after.map((record) => ownershipOf(record, token));
    },
    async releaseRecords({ token }, keys, outcome) {
      await store.settleRecords(keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'release', token, outcome } })));
    },
  };
}

/** What the owner of a claim has of a code with this record. */
export function ownershipOf(record: CodeRecord | undefined, token: string): Ownership {
  if (record?.state === 'sent') return 'sent';
  return holds(record, token) ? 'held' : 'lost';
}

/** Whether a claim has lost a code: the code is neither sent nor the claim's, live or not. */
export function isLost(record: CodeRecord | LocalRecord | undefined, token: string): boolean {
  return record?.state !== 'sent' && !isOf(record, token);
}

/** Whether a record belongs to the claim, live or not. */
export function isOf(record: CodeRecord | LocalRecord | undefined, token: string): boolean {
  return record !== undefined && record.state !== 'sent' && record.token === token;
}

/** Whether a record belongs to the claim and its lease still runs, so that nobody else may send. */
export function holds(record: CodeRecord | undefined, token: string): boolean {
  return record?.state === 'claimed' && record.token === token;
}
