import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { Hold } from '../../domain/record.js';
import type { ClaimWrite, Mark } from '../../core/driver.js';
import type { WriteOperation } from './driver.js';
import { guildIdValue } from './keys.js';
import { type TimestampFormat, toTimestamp } from '../../domain/timestamps.js';

/** What every mark of one call writes. */
export interface MarkStamp {
  /** Unique to this call: it shows afterwards who made a mark. */
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
 * A claim of any owner gives way: the mark is evidence of a post. If a claim is inserted at the
 * same instant, the mark is a duplicate too, and is made again:
 *
 * ```text
 * process 1: mark A  -> nothing is there                     insert: duplicate   (reads it: a claim)   mark A -> held: written
 * process 2: claim A -> nothing is there      insert: done
 * ```
 */
export function markOperation(mark: Mark, stamp: MarkStamp): WriteOperation {
  const now = toTimestamp(stamp.now, stamp.timestamps);
  const fields = {
    guild_id: guildIdValue(mark.guildId),
    code: mark.code,
    source: mark.source,
    // Present even if the time is not known: its presence means "sent".
    sent_at: mark.sentAt === null ? null : toTimestamp(mark.sentAt, stamp.timestamps),
    created_at: now,
    updated_at: now,
    mark_id: stamp.markId,
    ...(mark.receipt !== undefined && { receipt: mark.receipt }),
  };
  return { updateOne: { filter: unsent(mark), update: { $set: fields, $unset: { claim: '' } }, upsert: true } };
}

/**
 * The event `claim`: an insert, written as an upsert so that the lease begins on the server's
 * clock.
 *
 * ```text
 * process 1: claim A -> nothing is there: inserted, with process 1's token
 * process 2: claim A -> a claim or mark is there: no match, and an insert is a duplicate   (reads it: not mine)
 * process 2: claim A, at the same instant: duplicate as well                               (reads it: not mine)
 * ```
 *
 * An existing document is not even rewritten unchanged. During a rewrite, a server that removes
 * documents by their place would miss it, and a code that its owner gives back would stay claimed.
 *
 * However late the command arrives, the owner's lease is no shorter than the owner believes, and no
 * other clock plays a part.
 */
export function claimOperation(claim: ClaimWrite, hold: Hold & { readonly code: string }): WriteOperation {
  const { guildId, leaseMs, ageMs, idleMs = null } = claim;
  const key = { guildId, code: hold.code };
  const id = keyOf(guildId, hold.code);
  const fields = {
    token: hold.token,
    message_id: hold.messageId,
    spelling: hold.spelling,
    position: hold.position,
    size: hold.size,
    attempt: hold.attempt,
    ...(hold.unsentTries !== undefined && { unsent_tries: hold.unsentTries }),
    ...(hold.target !== undefined && { target: hold.target }),
  };
  const ago = (ms: number | null): object | null => (ms === null ? null : after(-ms));
  const times = { lease_until: after(leaseMs), first_at: ago(ageMs), ended_at: ago(idleMs) };
  const document = {
    $mergeObjects: [
      '$$ROOT',
      { $literal: { guild_id: guildIdValue(guildId), code: hold.code } },
      { claim: { $mergeObjects: [{ $literal: fields }, times] } },
    ],
  };
  // A document that is neither mark nor claim belongs to somebody else: the code is not free.
  const isNew = { $eq: ['$$ROOT', { _id: { $literal: id } }] };
  return {
    updateOne: {
      filter: { ...unsent(key), claim: { $exists: false } },
      update: [{ $replaceWith: { $cond: [isNew, document, '$$ROOT'] } }],
      upsert: true,
    },
  };
}

/** A time on the server's clock, in ms from the moment of the command. */
export function after(ms: number): object {
  return { $add: ['$$NOW', Math.ceil(ms)] };
}

/** The document of a code, if it is not sent. */
export function unsent({ guildId, code }: CodeKey): { _id: string; sent_at: object } {
  return { _id: keyOf(guildId, code), sent_at: { $exists: false } };
}

/**
 * True for a held document whose lease is over or missing: nobody has the right to send the code.
 */
export const IS_UNCERTAIN = { $expr: { $lte: ['$claim.lease_until', '$$NOW'] } };
