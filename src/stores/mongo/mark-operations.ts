import { keyOf } from '../../domain/codes.js';
import type { Mark } from '../../core/driver.js';
import { ownedBy, unsent } from './conditions.js';
import type { WriteOperation } from './driver.js';
import { guildIdValue } from './keys.js';
import { type TimestampFormat, toTimestamp } from '../../domain/timestamps.js';

/** What every mark of one call writes. */
export interface MarkStamp {
  /** Of this call alone: who made a mark is read from it afterwards. */
  readonly markId: string;
  /** ms since 1970. */
  readonly now: number;
  readonly timestamps: TimestampFormat;
}

/**
 * The event `mark`, in one step on the server:
 *
 * ```text
 * process 1: mark A -> absent or held: written, with process 1's mark_id
 * process 2: mark A -> sent: no match, and an insert is a duplicate      (reads it: not mine)
 * process 1: connection broke, mark A once more -> sent: the same        (reads it: mine)
 * ```
 *
 * A claim of whatever owner gives way: the mark is evidence of a post. But where a claim is
 * inserted in the very instant of the mark, the mark is a duplicate too, and is made again:
 *
 * ```text
 * process 1: mark A  -> nothing is there                     insert: duplicate   (reads it: a claim)   mark A -> held: written
 * process 2: claim A -> nothing is there      insert: done
 * ```
 *
 * It is an upsert for a code that was held a moment ago, too. An update alone would lose the mark:
 *
 * ```text
 * process 1: look-up: A is held                       mark A -> nothing is there: inserted
 * process 2:                      gives A back
 * ```
 */
export function markOperation(mark: Mark, stamp: MarkStamp): WriteOperation {
  return { updateOne: { filter: unsent(mark), update: toSent(mark, stamp), upsert: true } };
}

/**
 * The event `mark` on a code of which nothing was there a moment ago. An insert costs the server a
 * fifth of an upsert. Where something is there by now it is a duplicate, and the mark is made as
 * any other:
 *
 * ```text
 * process 1: look-up: no A                  insert A: duplicate   (reads it: a claim)   mark A -> held: written
 * process 2:                  claims A
 * ```
 */
export function insertOperation(mark: Mark, stamp: MarkStamp): WriteOperation {
  return { insertOne: { document: { _id: keyOf(mark.guildId, mark.code), ...markFields(mark, stamp) } } };
}

/**
 * The event `mark` by the owner of a claim, on nothing but a code that the claim still holds. So a
 * match says two things at once: this call made the mark, and the lease was not lost.
 */
export function confirmOperation(mark: Mark, token: string, stamp: MarkStamp): WriteOperation {
  return { updateOne: { filter: ownedBy(token, mark), update: toSent(mark, stamp) } };
}

function toSent(mark: Mark, stamp: MarkStamp): object {
  return { $set: markFields(mark, stamp), $unset: { claim: '' } };
}

function markFields(mark: Mark, { markId, now, timestamps }: MarkStamp): object {
  const at = toTimestamp(now, timestamps);
  return {
    guild_id: guildIdValue(mark.guildId),
    code: mark.code,
    source: mark.source,
    // Present even where the time is not known: its presence is what says "sent".
    sent_at: mark.sentAt === null ? null : toTimestamp(mark.sentAt, timestamps),
    created_at: at,
    updated_at: at,
    mark_id: markId,
    ...(mark.receipt !== undefined && { receipt: mark.receipt }),
  };
}
