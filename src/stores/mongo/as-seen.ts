import { IS_UNCERTAIN } from './conditions.js';
import type { WriteOperation } from './driver.js';
import { RECORD_FIELDS, type StoredDocument } from './stored-record.js';

/** The fields that are read of a document before its removal. */
export const REMOVAL_FIELDS = { ...RECORD_FIELDS, created_at: 1 } as const;

/**
 * The removal of a document as it was seen. A command may arrive long after its caller gave it up,
 * so it names the mark or the claim that was seen:
 *
 * ```text
 * process 1: forget A -> sees mark 1   delete A with mark 1 …    (no answer: STORE_TIMEOUT)
 * process 1: forget A -> sees mark 1   delete A with mark 1: done
 * process 2: claims A, sends it, confirms it: mark 2
 *                                      … arrives: mark 2 is another, nothing is removed
 * ```
 *
 * A document of an older bot has neither, so the times of its mark are compared. A document that
 * makes no sense is compared by the fields that it has.
 */
export function removalAsSeen(document: StoredDocument): WriteOperation {
  const filter = 'sent_at' in document ? markAsSeen(document) : holdAsSeen(document);
  return { deleteOne: { filter: { _id: document['_id'], ...filter } } };
}

function markAsSeen(document: StoredDocument): object {
  if ('mark_id' in document) return { sent_at: { $exists: true }, mark_id: fieldAsSeen(document, 'mark_id') };
  return {
    mark_id: { $exists: false },
    sent_at: fieldAsSeen(document, 'sent_at'),
    created_at: fieldAsSeen(document, 'created_at'),
  };
}

/**
 * The condition for a hold: the same try of the same message, and only while its lease is over,
 * because its owner may renew it at any moment.
 */
function holdAsSeen(document: StoredDocument): object {
  const claim = document['claim'];
  const own = { sent_at: { $exists: false }, ...IS_UNCERTAIN };
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) return { ...own, 'claim.token': { $exists: false } };
  return {
    ...own,
    'claim.token': fieldAsSeen(claim, 'token'),
    'claim.message_id': fieldAsSeen(claim, 'message_id'),
    'claim.attempt': fieldAsSeen(claim, 'attempt'),
    'claim.unsent_tries': fieldAsSeen(claim, 'unsent_tries'),
  };
}

/**
 * The condition that a field is as it was read. If its value cannot be sent back exactly: that the
 * field exists.
 */
export function fieldAsSeen(holder: object, field: string): object {
  if (!(field in holder)) return { $exists: false };
  const value: unknown = holder[field as keyof typeof holder];
  return isExact(value) ? { $eq: value, $exists: true } : { $exists: true };
}

function isExact(value: unknown): boolean {
  if (value instanceof Date) return Number.isFinite(value.getTime());
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
