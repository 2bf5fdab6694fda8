import type { Claim } from '../../contract/claims.js';
import type { Confirmation, Mark, Ownership, ReleaseOutcome } from '../../core/driver.js';
import { isLost, ownershipOf } from '../../core/owner-steps.js';
import type { CodeKey } from '../../domain/codes.js';
import { lookUp } from './look-up.js';
import { confirmOperation, type MarkStamp } from './mark-operations.js';
import { makeMarks, type MarkContext } from './mark-records.js';
import { releaseOperation, settlementOperations } from './settlement-operations.js';
import { writeInOrder } from './write-in-order.js';

/**
 * Marks the codes of a claim. One command, where the claim still holds them all: an update of what
 * is not sent and has the claim's token finds only what this call makes sent.
 *
 * Else nobody knows yet why. A code may be lost, or sent by somebody else; or the answer to the
 * first try was lost, and the second one found its marks:
 *
 * ```text
 * owner: confirm A by token: A is sent, mark 1      connection broke      confirm A by token: no match     (reads mark 1: mine)
 * ```
 *
 * So the rest goes on under the same stamp. Another one would find mark 1 and take it for somebody
 * else's. What the claim has lost is marked all the same: it is evidence of a post.
 *
 * ```text
 * owner: claims A, B, sends     lease ends                  confirm A, B: A only     (reads B: taker's)     mark B
 * taker:                                      takes B over
 * ```
 *
 * A code that an older bot has put into its guild's list meanwhile is in both, and counts as marked
 * if its claim still held it.
 */
export async function confirmRecords(
  context: MarkContext,
  { token }: Claim,
  marks: readonly Mark[],
  stamp: MarkStamp,
): Promise<Confirmation[]> {
  const { commands, identity } = context;
  const { matched } = await writeInOrder(commands, marks, (mark) => [confirmOperation(mark, token, stamp)]);
  if (matched === marks.length) return marks.map(() => ({ isMarked: true, isLost: false }));
  // Of a majority: what is sent there is as good as a mark of this call.
  const before = await lookUp(commands, marks, identity, { majority: true });
  const open = marks.filter((_, index) => before[index]?.record?.state !== 'sent');
  const made = await makeMarks(context, open, stamp);
  const mine = new Set(open.filter((_, position) => made[position]));
  return marks.map((mark, index) => ({
    isMarked: before[index]?.markId === stamp.markId || mine.has(mark),
    isLost: isLost(before[index]?.record, token),
  }));
}

/**
 * Starts the leases of a claim again. One command, where the claim still holds all of them: what
 * was found by its token has a lease from that moment on. The read of what was not found says
 * whether it was sent or is lost.
 *
 * A code that an older bot has put into its guild's list meanwhile counts as held.
 */
export async function renewRecords(
  { commands, identity }: MarkContext,
  { token, leaseMs }: Claim,
  keys: readonly CodeKey[],
): Promise<Ownership[]> {
  const changes = keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'renew', token, leaseMs } as const }));
  const { matched } = await writeInOrder(commands, changes, settlementOperations);
  if (matched === keys.length) return keys.map(() => 'held');
  const found = await lookUp(commands, keys, identity);
  return found.map(({ record }) => ownershipOf(record, token));
}

/**
 * Gives codes of a claim back. One command, and nothing to ask: nobody waits for an answer. Where
 * "not sent" meets fewer documents than there are codes, some were lost, or their tries are others
 * than those of the claim: an old value of it. Then the documents' own tries decide.
 */
export async function releaseRecords(
  { commands }: MarkContext,
  claim: Claim,
  keys: readonly CodeKey[],
  outcome: ReleaseOutcome,
): Promise<void> {
  const { matched, removed } = await writeInOrder(commands, keys, (key) => [releaseOperation(key, claim, outcome)]);
  if (outcome !== 'not-sent' || matched + removed === keys.length) return;
  const { token } = claim;
  const changes = keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'release', token, outcome } as const }));
  await writeInOrder(commands, changes, settlementOperations);
}
