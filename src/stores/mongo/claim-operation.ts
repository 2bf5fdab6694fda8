import { keyOf } from '../../domain/codes.js';
import type { Hold } from '../../domain/record.js';
import type { ClaimWrite } from '../../core/driver.js';
import { after, unsent } from './conditions.js';
import type { WriteOperation } from './driver.js';
import { guildIdValue } from './keys.js';

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
 * What is there is not even written again as it was: a server that removes a document by its place
 * would miss it while others do that, and a code that its owner gives back would stay claimed.
 *
 * However long the command took to get there, the owner's lease is no shorter than it believes, and
 * nobody else's clock plays a part.
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
  // A document that is neither mark nor claim is somebody's, and not free.
  const isNew = { $eq: ['$$ROOT', { _id: { $literal: id } }] };
  return {
    updateOne: {
      filter: { ...unsent(key), claim: { $exists: false } },
      update: [{ $replaceWith: { $cond: [isNew, document, '$$ROOT'] } }],
      upsert: true,
    },
  };
}
