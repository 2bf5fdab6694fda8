import type { CodeState } from '../contract/types.js';
import { type CodeRecord, type HeldRecord, type Hold, type SentRecord, triesOf } from './record.js';

/** A hold as a store in this process keeps it. All times are in ms, on one clock of the store. */
export interface LocalHold extends Hold {
  readonly state: 'held';
  /** End of the lease. `null`: uncertain, whatever the time. */
  readonly leaseUntil: number | null;
  /**
   * End of the last try. `null`: the last try ends with the lease. A time beside a lease: the lease
   * is that of somebody who asks the platform, which is no try.
   */
  readonly endedAt: number | null;
  /** First try of the message. `null`: not known. */
  readonly firstTriedAt: number | null;
}

/** What a store in this process keeps under a key. */
export type LocalRecord = SentRecord | LocalHold;

/** Everything that can happen to a code. Times are on the same clock as the record's. */
export type CodeEvent =
  /**
   * Somebody asks for the right to send the code. A copy of another store's hold keeps that store's
   * `attempt`, `firstTriedAt` and `endedAt`.
   */
  | {
      readonly type: 'claim';
      readonly hold: Hold;
      readonly leaseMs: number;
      readonly firstTriedAt?: number | null;
      readonly endedAt?: number | null;
    }
  /** The code was sent, or is to count as sent. */
  | {
      readonly type: 'mark';
      readonly source: string | null;
      readonly sentAt: number | null;
      readonly receipt?: string | undefined;
    }
  /** The owner needs more time. */
  | { readonly type: 'renew'; readonly token: string; readonly leaseMs: number }
  /**
   * The owner gives the code back. `not-sent` speaks of the last try, `unsent` of all tries: the
   * platform itself was asked.
   */
  | { readonly type: 'release'; readonly token: string; readonly outcome: 'not-sent' | 'uncertain' | 'unsent' }
  /**
   * The owner knows from the platform that no try of the message arrived, and sends it now, under
   * the same message id. `ageMs`: how long ago that was, in a copy; `null` if that is not known.
   */
  | {
      readonly type: 'unsent';
      readonly token: string;
      readonly leaseMs: number;
      readonly target?: string | undefined;
      readonly ageMs?: number | null | undefined;
    }
  /** The owner got fewer codes than it asked for, so the message is smaller. */
  | { readonly type: 'resize'; readonly token: string; readonly position: number; readonly size: number }
  /** Somebody takes over the message: for a retry, or to ask the platform, which is no try. */
  | {
      readonly type: 'take';
      readonly messageId: string;
      readonly token: string;
      readonly leaseMs: number;
      readonly asks?: boolean | undefined;
    }
  /**
   * Somebody who knows the tries up to `attempt`, counted from the very first, decides that the
   * message did not arrive.
   */
  | { readonly type: 'resolve'; readonly messageId: string; readonly attempt: number }
  /** The code was issued again, or the guild is cleared. */
  | { readonly type: 'forget' };

/**
 * The state of a local record at a time. A lease that ran out leaves the code uncertain: the owner
 * may have sent the code before it died.
 */
export function localState(record: LocalRecord | undefined, now: number): CodeState {
  if (record === undefined) return 'absent';
  if (record.state === 'sent') return 'sent';
  return record.leaseUntil !== null && now < record.leaseUntil ? 'claimed' : 'uncertain';
}

/**
 * The state machine that every store obeys: what is under a key after an event. If the event
 * changes nothing, the very same record is returned, so a caller can tell whether its event won.
 *
 * Sent beats every other state and is left only by `forget`. Nothing leads from a live claim to
 * another owner.
 */
export function transition(record: LocalRecord | undefined, event: CodeEvent, now: number): LocalRecord | undefined {
  const state = localState(record, now);
  if (event.type === 'claim') {
    if (state !== 'absent') return record;
    const { leaseMs, firstTriedAt = now, endedAt = null } = event;
    // Field by field: a spread makes an object of ten times the size, and a message has many codes.
    const { token, messageId, spelling, position, size, attempt, unsentTries, target } = event.hold;
    const leaseUntil = now + leaseMs;
    const held = {
      token,
      messageId,
      spelling,
      position,
      size,
      attempt,
      state: 'held',
      leaseUntil,
      firstTriedAt,
      endedAt,
    } as const;
    return withOptional(held, unsentTries, target);
  }
  if (event.type === 'mark') {
    if (state === 'sent') return record;
    const { source, sentAt, receipt } = event;
    return { state: 'sent', source, sentAt, ...(receipt !== undefined && { receipt }) };
  }
  if (event.type === 'forget') return state === 'claimed' ? record : undefined;
  if (record?.state !== 'held') return record;
  switch (event.type) {
    case 'renew':
      // The token is compared, not the time: until somebody takes the message over, a lease that
      // ran out is still its owner's.
      return record.token === event.token ? { ...record, leaseUntil: now + event.leaseMs } : record;
    case 'release':
      if (record.token !== event.token) return record;
      if (event.outcome === 'unsent') return undefined;
      // "Not sent" speaks of the last try only. An earlier try of the same message may have
      // arrived: a try before this one, or any try before the owner took the message over to ask.
      if (event.outcome === 'not-sent' && record.attempt === 1 && record.endedAt === null) return undefined;
      return { ...record, token: null, leaseUntil: null, endedAt: record.endedAt ?? now };
    case 'unsent': {
      if (record.token !== event.token) return record;
      const { ageMs = 0, target = record.target } = event;
      return {
        ...record,
        ...(target !== undefined && { target }),
        attempt: 1,
        unsentTries: triesOf(record),
        firstTriedAt: ageMs === null ? null : now - ageMs,
        leaseUntil: now + event.leaseMs,
        endedAt: null,
      };
    }
    case 'resize':
      return record.token === event.token ? { ...record, position: event.position, size: event.size } : record;
    case 'take':
      if (state !== 'uncertain' || record.messageId !== event.messageId) return record;
      return {
        ...record,
        token: event.token,
        leaseUntil: now + event.leaseMs,
        // The last try is over by now at the latest. Without an end, this lease would be that of a
        // try.
        ...(event.asks === true ? { endedAt: endOfTry(record) ?? now } : { attempt: record.attempt + 1, endedAt: null }),
      };
    case 'resolve':
      // The decision was about the tries up to this attempt. A later try that ended uncertain is
      // undecided.
      return state === 'uncertain' && record.messageId === event.messageId && triesOf(record) === event.attempt
        ? undefined
        : record;
  }
}

/** A local record as every store reports it. */
export function toCodeRecord(record: LocalRecord, now: number): CodeRecord {
  if (record.state === 'sent') return record;
  const { token, messageId, spelling, position, size, attempt, unsentTries, target, firstTriedAt, endedAt } = record;
  const state = localState(record, now) === 'claimed' ? 'claimed' : 'uncertain';
  const ended = state === 'claimed' ? endedAt : endOfTry(record);
  const ageMs = firstTriedAt === null ? null : now - firstTriedAt;
  const idleMs = ended === null ? null : now - ended;
  const report: HeldRecord = { token, messageId, spelling, position, size, attempt, state, ageMs, idleMs };
  return withOptional(report, unsentTries, target);
}

/** When the last try of an uncertain code ended; `null` if that is not known. */
function endOfTry({ endedAt, leaseUntil }: LocalHold): number | null {
  return endedAt ?? leaseUntil;
}

/** A hold with the fields that most holds do not have. */
function withOptional<H extends Hold>(hold: H, unsentTries: number | undefined, target: string | undefined): H {
  if (unsentTries === undefined && target === undefined) return hold;
  return { ...hold, ...(unsentTries !== undefined && { unsentTries }), ...(target !== undefined && { target }) };
}
