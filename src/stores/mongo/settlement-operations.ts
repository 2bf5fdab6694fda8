import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { Settlement } from '../../core/driver.js';
import { after, IS_UNCERTAIN, ownedBy, unsent } from './conditions.js';
import type { WriteOperation } from './driver.js';

/**
 * An event on a held code as conditional writes: each does nothing unless the document is in the
 * state that the event needs, at the moment when the server gets to it. None of them touches a code
 * that is sent.
 */
export function settlementOperations(change: Settlement): WriteOperation[] {
  const { event } = change;
  const held = unsent(change);
  switch (event.type) {
    case 'renew':
      // The token, not the time, is compared. Either this comes first, and a taker meets a live
      // lease; or the taker does, and this meets its token.
      return [updateOne(ownedBy(event.token, change), [{ $set: { 'claim.lease_until': after(event.leaseMs) } }])];
    case 'resize':
      return [
        updateOne(ownedBy(event.token, change), {
          $set: { 'claim.position': event.position, 'claim.size': event.size },
        }),
      ];
    case 'release':
      // The attempt is not known here. One of the two matches; the attempt of a token never
      // changes.
      return event.outcome === 'uncertain'
        ? [giveBack(ownedBy(event.token, change))]
        : [giveBackRetried(event.token, change), removeFirstTry(event.token, change)];
    case 'take':
      // taker 1: lease over -> taken, lease lives      (reads its own token)
      // taker 2:                lease lives -> nothing (reads another token)
      return [
        updateOne({ ...held, 'claim.message_id': event.messageId, ...IS_UNCERTAIN }, [
          {
            $set: {
              'claim.token': { $literal: event.token },
              'claim.lease_until': after(event.leaseMs),
              'claim.attempt': { $add: ['$claim.attempt', 1] },
            },
          },
        ]),
      ];
    case 'resolve':
      // Between the caller's decision and this, somebody may have taken the message over. Either it
      // is being sent, and its lease lives; or that try is over and unclear too, and its number is
      // another.
      return [{ deleteOne: { filter: { ...held, ...messageFilter(change, event), ...IS_UNCERTAIN } } }];
  }
}

/**
 * The event `release` by the owner of a claim, who knows the attempt. Where the attempt of the
 * document is another one the code stays held, and becomes uncertain.
 */
export function releaseOperation(
  key: CodeKey,
  { token, attempt }: { readonly token: string; readonly attempt: number },
  outcome: 'not-sent' | 'uncertain',
): WriteOperation {
  if (outcome === 'uncertain') return giveBack(ownedBy(token, key));
  return attempt === 1 ? removeFirstTry(token, key) : giveBackRetried(token, key);
}

/** "Not sent" is known of the last try only: what was tried before stays uncertain. */
function giveBackRetried(token: string, key: CodeKey): WriteOperation {
  return giveBack({ ...ownedBy(token, key), 'claim.attempt': { $ne: 1 } });
}

function removeFirstTry(token: string, key: CodeKey): WriteOperation {
  return { deleteOne: { filter: { ...ownedBy(token, key), 'claim.attempt': 1 } } };
}

function giveBack(filter: object): WriteOperation {
  return updateOne(filter, { $set: { 'claim.token': null, 'claim.lease_until': null } });
}

/**
 * The try of a message. A document of another origin counts as a message named by its id; a claim
 * of this package, which may stand in its place by the time a late command arrives, has a token and
 * an attempt.
 *
 * ```text
 * process 1: resolve A, not sent -> sees a document of another origin …   (no answer: STORE_TIMEOUT)
 * process 1: resolve A, not sent: removed
 * process 2: claims A, and dies
 *                                                                     … arrives: a claim, nothing is removed
 * ```
 */
function messageFilter(key: CodeKey, { messageId, attempt }: { readonly messageId: string; readonly attempt: number }): object {
  if (messageId === keyOf(key.guildId, key.code)) {
    return { $nor: [{ 'claim.token': { $type: ['string', 'null'] }, 'claim.attempt': { $type: 'number' } }] };
  }
  return { 'claim.message_id': messageId, 'claim.attempt': attempt };
}

function updateOne(filter: object, update: object): WriteOperation {
  return { updateOne: { filter, update } };
}
