import { z } from 'zod';
import { lazySchema } from '../../core/lazy-schema.js';
import type { CodeRecord } from '../../domain/record.js';
import { fromTimestamp } from '../../domain/timestamps.js';

/**
 * A document as the store reads it: fields may hold anything, since others write to the collection
 * too.
 */
export type StoredDocument = Readonly<Record<string, unknown>>;

/**
 * The fields that are read of a document. The server gives the time, because leases run on its
 * clock.
 */
export const RECORD_FIELDS = {
  sent_at: 1,
  source: 1,
  receipt: 1,
  claim: 1,
  codes: 1,
  last_sent_at: 1,
  mark_id: 1,
  read_at: '$$NOW',
} as const;

/** A claim within the document of its code. */
const claimSchema = lazySchema(() =>
  z.object({
    token: z.string().nullable(),
    message_id: z.string(),
    spelling: z.string(),
    position: z.number(),
    size: z.number(),
    attempt: z.number(),
    unsent_tries: z.number().optional(),
    /** `null`: uncertain, whatever the time. */
    lease_until: z.date().nullable(),
    first_at: z.date().nullable(),
    /** `null`: the last try ends with the lease. */
    ended_at: z.date().nullish(),
    target: z.string().optional(),
  }),
);

/**
 * The record of a code, from its document. `sent_at` alone decides whether the code was sent,
 * whatever its value: it is evidence of a post even if it holds no time. A document with neither
 * `sent_at` nor a claim of this package only shows that somebody did something with the code: it is
 * uncertain, and belongs to no message that could be retried.
 */
export function toRecord(document: StoredDocument, code: string): CodeRecord {
  if ('sent_at' in document) {
    const { receipt } = document;
    return {
      state: 'sent',
      source: toSource(document['source']),
      sentAt: fromTimestamp(document['sent_at']),
      ...(typeof receipt === 'string' && receipt !== '' && { receipt }),
    };
  }
  const claim = claimSchema().safeParse(document['claim']).data;
  const now = document['read_at'];
  if (claim === undefined || !(now instanceof Date)) {
    const messageId = String(document['_id']);
    const unknown = { position: 0, size: 0, attempt: 1, ageMs: null, idleMs: null };
    return { state: 'uncertain', token: null, messageId, spelling: code, ...unknown };
  }
  const isClaimed = claim.lease_until !== null && now < claim.lease_until;
  const endedAt = claim.ended_at ?? (isClaimed ? null : claim.lease_until);
  return {
    state: isClaimed ? 'claimed' : 'uncertain',
    token: claim.token,
    messageId: claim.message_id,
    spelling: claim.spelling,
    position: claim.position,
    size: claim.size,
    attempt: claim.attempt,
    ...(claim.unsent_tries !== undefined && { unsentTries: claim.unsent_tries }),
    ...(claim.target !== undefined && { target: claim.target }),
    ageMs: claim.first_at === null ? null : now.getTime() - claim.first_at.getTime(),
    idleMs: endedAt === null ? null : now.getTime() - endedAt.getTime(),
  };
}

/** Whether a document is a claim whose lease lives: its owner may be sending at this moment. */
export function isLive(document: StoredDocument): boolean {
  return toRecord(document, '').state === 'claimed';
}

/** The source of a mark; `null` where none is kept. */
export function toSource(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
