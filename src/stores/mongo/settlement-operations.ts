import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { Settlement } from '../../core/driver.js';
import type { WriteOperation } from './driver.js';
import { after, unsent, IS_UNCERTAIN } from './mark-and-claim-operations.js';

/**
 * An event on a held code, as conditional writes. Each changes nothing unless the document is in
 * the state that the event needs when the server gets to it. None of them touches a sent code.
 */
export function settlementOperations(change: Settlement): WriteOperation[] {
  const { event } = change;
  const held = unsent(change);
  switch (event.type) {
    case 'renew':
      // Compares the token, not the time. If this write comes first, a taker meets a live lease. If
      // the taker comes first, this write meets the taker's token.
      return [updateOne({ ...held, 'claim.token': event.token }, [{ $set: { 'claim.lease_until': after(event.leaseMs) } }])];
    case 'resize':
      return [
        updateOne(
          { ...held, 'claim.token': event.token },
          {
            $set: { 'claim.position': event.position, 'claim.size': event.size },
          },
        ),
      ];
    case 'release': {
      const own = { ...held, 'claim.token': event.token };
      if (event.outcome === 'uncertain') return [updateOne(own, GIVEN_BACK)];
      if (event.outcome === 'unsent') return [{ deleteOne: { filter: own } }];
      // "Not sent" is known of the last try only, and not at all to an owner that took the message
      // over to ask. One of the two matches: only the owner changes the tries under its token.
      return [
        updateOne({ ...own, $or: [{ 'claim.attempt': { $ne: 1 } }, { 'claim.ended_at': { $ne: null } }] }, GIVEN_BACK),
        { deleteOne: { filter: { ...own, 'claim.attempt': 1, 'claim.ended_at': null } } },
      ];
    }
    case 'unsent':
      // The token, not the time, is compared, as by a renewal.
      //
      //   asker: reads the channel: not there   slow, lease over             unsent: no match
      //   other:                                              takes M over, sends
      return [
        updateOne({ ...held, 'claim.token': event.token }, [
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
 * The filter for one try of a message. A document of another origin counts as a message named by
 * its id. When a late command arrives, a claim of this package may have taken its place: a claim
 * has a token and an attempt.
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

function updateOne(filter: object, update: object | readonly object[]): WriteOperation {
  return { updateOne: { filter, update } };
}
