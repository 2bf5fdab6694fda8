import { type CodeKey, keyOf } from '../../../domain/codes.js';
import type { CodeRecord, HeldRecord } from '../../../domain/record.js';
import type { ClaimWrite, Mark, ScannedRecord, StorePrimitives } from '../../../core/driver.js';

/** What a store answers for one key. */
export type MaybeRecord = CodeRecord | undefined;

/** The guilds of some keys, each once. */
export function guildsOf(keys: readonly { readonly guildId: string }[]): Set<string> {
  return new Set(keys.map(({ guildId }) => guildId));
}

/** Keys as strings. */
export function idOf({ guildId, code }: CodeKey): string {
  return keyOf(guildId, code);
}

/** How strongly a record keeps a code from being sent: absent (0), held (1), sent (2). */
export function strength(record: MaybeRecord): 0 | 1 | 2 {
  if (record === undefined) return 0;
  return record.state === 'sent' ? 2 : 1;
}

/** The strongest record that several stores have of one key; of equal ones the first. */
export function strongest(records: readonly MaybeRecord[]): MaybeRecord {
  let best: MaybeRecord;
  for (const record of records) if (strength(record) > strength(best)) best = record;
  return best;
}

/** Whether a record is held under a token. */
export function heldBy(record: MaybeRecord, token: string | null): boolean {
  return record !== undefined && record.state !== 'sent' && token !== null && record.token === token;
}

/**
 * A copy of a message with one more of its codes. The codes may have different times, after a crash
 * between the writes of one step: the copy has the most cautious ones.
 */
export function withHold(
  message: ClaimWrite | undefined,
  { guildId, code, record }: CodeKey & { readonly record: HeldRecord },
  leaseMs: number,
): ClaimWrite {
  const { state, ageMs, idleMs, ...hold } = record;
  if (message === undefined) return { guildId, leaseMs, ageMs, idleMs, holds: [{ ...hold, code }] };
  return {
    ...message,
    ageMs: message.ageMs === null || ageMs === null ? null : Math.max(message.ageMs, ageMs),
    idleMs: message.idleMs == null || idleMs === null ? null : Math.min(message.idleMs, idleMs),
    holds: [...message.holds, { ...hold, code }],
  };
}

/**
 * Copies records into a store that may have them, or stronger ones, already. A live claim is copied
 * with a lease that starts at the copy; it may end later there than in its store, which is the safe
 * side.
 */
export async function copyRecords(target: StorePrimitives, records: readonly ScannedRecord[], leaseMs: number): Promise<void> {
  const marks: Mark[] = [];
  const messages = new Map<string, ClaimWrite>();
  for (const { guildId, code, record } of records) {
    if (record.state === 'sent') {
      const { source, sentAt, receipt } = record;
      marks.push({ guildId, code, source, sentAt, receipt });
      continue;
    }
    const { messageId, token, state } = record;
    const id = JSON.stringify([guildId, messageId, token, state]);
    messages.set(id, withHold(messages.get(id), { guildId, code, record }, state === 'claimed' ? leaseMs : 0));
  }
  if (marks.length > 0) await target.markRecords(marks);
  for (const message of messages.values()) await target.claimRecords(message);
}
