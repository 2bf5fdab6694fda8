import type { CodeKey } from '../../../domain/codes.js';
import { type HeldRecord, triesOf } from '../../../domain/record.js';
import type { Settlement, StorePrimitives } from '../../../core/driver.js';
import { copyRecords, type MaybeRecord, strength } from './record-strength.js';

/** A code that two stores hold, each in its own way. */
export interface HoldPair extends CodeKey {
  /** In the store that decides. */
  readonly record: HeldRecord;
  /** In the store that is to follow. */
  readonly copy: HeldRecord;
}

/**
 * Whether another process wrote a record of the first store: this one writes its mirrors too.
 *
 * ```text
 * first store: M of T1, over     another process takes M over: T2, alive     down
 * mirror:      M of T1, over                                                 T3 takes M over, unless it is told otherwise
 * ```
 */
export function isForeign(record: MaybeRecord, copy: MaybeRecord): boolean {
  if (!isHeld(record) || !isHeld(copy)) return strength(record) > strength(copy);
  if (record.messageId !== copy.messageId || record.target !== copy.target) return true;
  return record.state === 'claimed' && record.token !== copy.token;
}

/** Whether a record is a hold. */
export function isHeld(record: MaybeRecord): record is HeldRecord {
  return record !== undefined && record.state !== 'sent';
}

/**
 * Whether a copy is out of date: it is another hold, or its lease is over while the claim is live.
 */
export function isStale({ record, copy }: HoldPair): boolean {
  return isOther(record, copy) || (record.state === 'claimed' && copy.state === 'uncertain');
}

function isOther(record: HeldRecord, copy: HeldRecord): boolean {
  return (
    record.token !== copy.token ||
    record.messageId !== copy.messageId ||
    record.attempt !== copy.attempt ||
    triesOf(record) !== triesOf(copy) ||
    record.target !== copy.target ||
    isLaterTry(record.idleMs, copy.idleMs)
  );
}

/**
 * Whether the copy takes the last try for over longer than it is, so that an outage would ask the
 * platform too early. The number of tries does not tell: a replay counts several retries as one.
 */
function isLaterTry(idleMs: number | null, copyIdleMs: number | null): boolean {
  if (copyIdleMs === null) return false;
  return idleMs === null || copyIdleMs - idleMs > READS_APART_MS;
}

/** The two records may have been read so far apart, in ms. */
const READS_APART_MS = 5000;

/**
 * Updates stale copies. Replacing a hold takes two steps, and a crash in between leaves the code
 * absent. So the caller makes sure that nobody is told "absent": the store has no authority yet, or
 * the new owner does not know of its claim yet.
 */
export async function updateHolds(target: StorePrimitives, pairs: readonly HoldPair[], leaseMs: number): Promise<void> {
  const others = pairs.filter(({ record, copy }) => isOther(record, copy));
  const changes = pairs.flatMap((pair) => firstStep(pair, leaseMs));
  if (changes.length > 0) await target.settleRecords(changes);
  if (others.length === 0) return;
  await target.settleRecords(
    others.map(({ guildId, code, copy }) => ({
      guildId,
      code,
      event: { type: 'resolve', messageId: copy.messageId, attempt: triesOf(copy) },
    })),
  );
  await copyRecords(target, others, leaseMs);
}

/** Ends the lease of another hold, or renews that of the same hold. */
function firstStep({ guildId, code, record, copy }: HoldPair, leaseMs: number): Settlement[] {
  const { token } = copy;
  if (token === null) return [];
  if (isOther(record, copy)) return [{ guildId, code, event: { type: 'release', token, outcome: 'uncertain' } }];
  return [{ guildId, code, event: { type: 'renew', token, leaseMs } }];
}
