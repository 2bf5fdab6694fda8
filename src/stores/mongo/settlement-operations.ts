import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { ReleaseOutcome, Settlement } from '../../core/driver.js';
import { after, IS_UNCERTAIN, ownedBy, unsent } from './conditions.js';
import type { WriteOperation } from './driver.js';

/**
 * An event on a held code, as conditional writes. Each changes nothing unless the document is in
 * the state that the event needs when the server gets to it. None of them touches a sent code.
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
      // The attempt is not known here. One of the two matches: only the owner changes the tries
      // under its token.
      return event.outcome === 'not-sent'
        ? [giveBackTried(event.token, change), removeFirstTry(event.token, change)]
        : [releaseOperation(change, event, event.outcome)];
    case 'unsent':
      // Compares the token, not the time, as a renewal does.
      //
      //   asker: reads the channel: not there   slow, lease over             unsent: no match
      //   other:                                              takes M over, sends
      return [
        updateOne(ownedBy(event.token, change), [
          {
            $set: {
              'claim.attempt': { $literal: 1 },
              'claim.unsent_tries': ALL_TRIES,
              'claim.lease_until': after(event.leaseMs),
              'claim.first_at': event.ageMs === null ? null : after(-(event.ageMs ?? 0)),
              'claim.ended_at': null,
              ...(event.target !== undefined && { 'claim.target': { $literal: event.target } }),
            },
          },
        ]),
      ];
    case 'take':
      // taker 1: lease over -> taken, lease lives      (reads its own token)
      // taker 2:                lease lives -> nothing (reads another token)
      return [
        updateOne({ ...held, 'claim.message_id': event.messageId, ...IS_UNCERTAIN }, [
          {
            $set: {
              'claim.token': { $literal: event.token },
              'claim.lease_until': after(event.leaseMs),
              ...(event.asks === true
                ? // The last try is over by now at the latest. Without an end, this lease would be that
                  // of a try.
                  { 'claim.ended_at': { $ifNull: ['$claim.ended_at', { $ifNull: ['$claim.lease_until', '$$NOW'] }] } }
                : { 'claim.attempt': { $add: ['$claim.attempt', 1] }, 'claim.ended_at': null }),
            },
          },
        ]),
      ];
    case 'resolve':
      // Between the caller's decision and this write, another owner may have taken the message
      // over. Either that owner is sending, and its lease lives; or that try is over and unclear
      // too, and has another number.
      return [{ deleteOne: { filter: { ...held, $and: [messageFilter(change, event), IS_UNCERTAIN] } } }];
  }
}

/**
 * The event `release` by the owner of a claim, who knows the tries. It changes nothing where the
 * tries of the document are other ones.
 */
export function releaseOperation(
  key: CodeKey,
  { token, attempt = 1, idleMs = null }: Owner,
  outcome: ReleaseOutcome,
): WriteOperation {
  if (outcome === 'unsent') return { deleteOne: { filter: ownedBy(token, key) } };
  if (outcome === 'uncertain') return updateOne(ownedBy(token, key), GIVEN_BACK);
  return attempt === 1 && idleMs === null ? removeFirstTry(token, key) : giveBackTried(token, key);
}

/** A claim, or a token alone. `idleMs` has a value where the owner took the message over to ask. */
interface Owner {
  readonly token: string;
  readonly attempt?: number;
  readonly idleMs?: number | null;
}

/**
 * "Not sent" is known of the last try only, and not at all to an owner that only asked: what was
 * tried before stays uncertain.
 */
function giveBackTried(token: string, key: CodeKey): WriteOperation {
  const isTried = { $or: [{ 'claim.attempt': { $ne: 1 } }, { 'claim.ended_at': { $ne: null } }] };
  return updateOne({ ...ownedBy(token, key), ...isTried }, GIVEN_BACK);
}

function removeFirstTry(token: string, key: CodeKey): WriteOperation {
  return { deleteOne: { filter: { ...ownedBy(token, key), 'claim.attempt': 1, 'claim.ended_at': null } } };
}

/** An owner that only asked leaves the end of the last try as it was. */
const GIVEN_BACK = [
  {
    $set: {
      'claim.token': null,
      'claim.lease_until': null,
      'claim.ended_at': { $ifNull: ['$claim.ended_at', '$$NOW'] },
    },
  },
];

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
  return { 'claim.message_id': messageId, $expr: { $eq: [ALL_TRIES, attempt] } };
}

/** The tries of a message, also those before it was begun anew. */
const ALL_TRIES = { $add: ['$claim.attempt', { $ifNull: ['$claim.unsent_tries', 0] }] };

function updateOne(filter: object, update: object | readonly object[]): WriteOperation {
  return { updateOne: { filter, update } };
}
