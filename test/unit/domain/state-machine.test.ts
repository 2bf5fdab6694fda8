import { describe, expect, it } from 'vitest';
import type { CodeState } from 'sent-code-store';
import {
  type CodeEvent,
  type LocalHold,
  type LocalRecord,
  localState,
  toCodeRecord,
  transition,
} from '../../../src/domain/state-machine.js';

const NOW = 10_000;
const LEASE_MS = 1000;
const hold = { token: 'owner', messageId: 'message', spelling: 'Code', position: 0, size: 2, attempt: 1 };
const held = (change: Partial<LocalHold>): LocalHold => ({
  ...hold,
  state: 'held',
  leaseUntil: NOW + 1,
  firstTriedAt: 5000,
  endedAt: null,
  ...change,
});

/** One record for each case that any event tells apart. */
const records = {
  absent: undefined,
  'claimed, first try': held({}),
  'claimed, retry': held({ attempt: 2 }),
  'ran out, first try': held({ leaseUntil: NOW }),
  'ran out, retry': held({ leaseUntil: NOW, attempt: 2 }),
  'given back': held({ leaseUntil: null, token: null, endedAt: NOW }),
  'being asked for, first try': held({ endedAt: 6000 }),
  sent: { state: 'sent', source: 'api', sentAt: 1 },
} satisfies Record<string, LocalRecord | undefined>;

const events = {
  claim: { type: 'claim', hold: { ...hold, token: 'other', messageId: 'other message' }, leaseMs: LEASE_MS },
  mark: { type: 'mark', source: 'auto', sentAt: 2 },
  'renew by owner': { type: 'renew', token: 'owner', leaseMs: LEASE_MS },
  'renew by other': { type: 'renew', token: 'other', leaseMs: LEASE_MS },
  'release not-sent by owner': { type: 'release', token: 'owner', outcome: 'not-sent' },
  'release not-sent by other': { type: 'release', token: 'other', outcome: 'not-sent' },
  'release uncertain by owner': { type: 'release', token: 'owner', outcome: 'uncertain' },
  'release uncertain by other': { type: 'release', token: 'other', outcome: 'uncertain' },
  'resize by owner': { type: 'resize', token: 'owner', position: 0, size: 1 },
  'resize by other': { type: 'resize', token: 'other', position: 0, size: 1 },
  'take of the message': { type: 'take', messageId: 'message', token: 'other', leaseMs: LEASE_MS },
  'take of another message': { type: 'take', messageId: 'other message', token: 'other', leaseMs: LEASE_MS },
  'take to ask': { type: 'take', messageId: 'message', token: 'other', leaseMs: LEASE_MS, asks: true },
  'release unsent by owner': { type: 'release', token: 'owner', outcome: 'unsent' },
  'release unsent by other': { type: 'release', token: 'other', outcome: 'unsent' },
  'unsent by owner': { type: 'unsent', token: 'owner', leaseMs: LEASE_MS, target: 'there' },
  'unsent by other': { type: 'unsent', token: 'other', leaseMs: LEASE_MS },
  'resolve of this try': { type: 'resolve', messageId: 'message', attempt: 1 },
  'resolve of another try': { type: 'resolve', messageId: 'message', attempt: 2 },
  'resolve of another message': { type: 'resolve', messageId: 'other message', attempt: 1 },
  forget: { type: 'forget' },
} satisfies Record<string, CodeEvent>;

const same = '=';
type After = CodeState | typeof same;

/** State after each event; `=`: the very same record. In the order of `records`. */
const table: Record<keyof typeof events, readonly After[]> = {
  claim: ['claimed', same, same, same, same, same, same, same],
  mark: ['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', same],
  'renew by owner': [same, 'claimed', 'claimed', 'claimed', 'claimed', same, 'claimed', same],
  'renew by other': [same, same, same, same, same, same, same, same],
  'release not-sent by owner': [same, 'absent', 'uncertain', 'absent', 'uncertain', same, 'uncertain', same],
  'release not-sent by other': [same, same, same, same, same, same, same, same],
  'release uncertain by owner': [same, 'uncertain', 'uncertain', 'uncertain', 'uncertain', same, 'uncertain', same],
  'release uncertain by other': [same, same, same, same, same, same, same, same],
  'resize by owner': [same, 'claimed', 'claimed', 'uncertain', 'uncertain', same, 'claimed', same],
  'resize by other': [same, same, same, same, same, same, same, same],
  'take of the message': [same, same, same, 'claimed', 'claimed', 'claimed', same, same],
  'take to ask': [same, same, same, 'claimed', 'claimed', 'claimed', same, same],
  'release unsent by owner': [same, 'absent', 'absent', 'absent', 'absent', same, 'absent', same],
  'release unsent by other': [same, same, same, same, same, same, same, same],
  'unsent by owner': [same, 'claimed', 'claimed', 'claimed', 'claimed', same, 'claimed', same],
  'unsent by other': [same, same, same, same, same, same, same, same],
  'take of another message': [same, same, same, same, same, same, same, same],
  'resolve of this try': [same, same, same, 'absent', same, 'absent', same, same],
  'resolve of another try': [same, same, same, same, 'absent', same, same, same],
  'resolve of another message': [same, same, same, same, same, same, same, same],
  forget: ['absent', same, same, 'absent', 'absent', 'absent', same, 'absent'],
};

describe('every event in every state', () => {
  const rows = Object.entries(table).flatMap(([event, afters]) =>
    Object.entries(records).map(([name, record], index) => ({
      event: event as keyof typeof events,
      name,
      record,
      after: afters[index]!,
    })),
  );

  it.for(rows)('$event: $name -> $after', ({ event, record, after }) => {
    const result = transition(record, events[event], NOW);
    if (after === same) expect(result).toBe(record);
    else expect(localState(result, NOW)).toBe(after);
  });
});

describe('what an event writes', () => {
  it('a claim keeps the hold, and starts the lease and the first try now', () => {
    expect(transition(undefined, events.claim, NOW)).toEqual({
      ...events.claim.hold,
      state: 'held',
      leaseUntil: NOW + LEASE_MS,
      firstTriedAt: NOW,
      endedAt: null,
    });
  });

  it.for([null, 7])('a copied claim keeps the first try that it was given: %s', (firstTriedAt) => {
    expect(transition(undefined, { ...events.claim, leaseMs: 0, firstTriedAt }, NOW)).toMatchObject({
      leaseUntil: NOW,
      firstTriedAt,
    });
  });

  it('a mark keeps nothing but its source and its time', () => {
    expect(transition(records['claimed, retry'], events.mark, NOW)).toEqual({ state: 'sent', source: 'auto', sentAt: 2 });
    expect(transition(undefined, { type: 'mark', source: null, sentAt: null }, NOW)).toEqual({
      state: 'sent',
      source: null,
      sentAt: null,
    });
  });

  it('a renewal changes the lease alone', () => {
    expect(transition(records['ran out, retry'], events['renew by owner'], NOW)).toEqual({
      ...records['ran out, retry'],
      leaseUntil: NOW + LEASE_MS,
    });
  });

  it('giving back takes the token away, so that no later word of the owner counts', () => {
    expect(transition(records['claimed, retry'], events['release not-sent by owner'], NOW)).toEqual(
      held({ token: null, leaseUntil: null, attempt: 2, endedAt: NOW }),
    );
  });

  it('a resize changes place and size alone', () => {
    expect(transition(held({ position: 3, size: 9 }), events['resize by owner'], NOW)).toEqual(held({ position: 0, size: 1 }));
  });

  it('a takeover changes token and lease, counts the try, and keeps message, place, spelling and first try', () => {
    expect(transition(records['given back'], events['take of the message'], NOW)).toEqual(
      held({ token: 'other', leaseUntil: NOW + LEASE_MS, attempt: 2 }),
    );
  });
});

describe('asking the platform', () => {
  it('is no try: attempt and end of the last try stay, whether the lease ran out or the owner gave it back', () => {
    const taken = transition(records['given back'], events['take to ask'], NOW + 5);
    expect(taken).toEqual(held({ token: 'other', leaseUntil: NOW + 5 + LEASE_MS, endedAt: NOW }));
    expect(transition(taken, { ...events['release uncertain by owner'], token: 'other' }, NOW + 9)).toEqual(
      held({ token: null, leaseUntil: null, endedAt: NOW }),
    );
    expect(transition(records['ran out, retry'], events['take to ask'], NOW + 5)).toMatchObject({ attempt: 2, endedAt: NOW });
  });

  it('knows that the last try is over by then, though nobody kept when', () => {
    const taken = transition(held({ token: null, leaseUntil: null }), { ...events['take to ask'], token: 'owner' }, NOW);
    expect(taken).toMatchObject({ endedAt: NOW });
    expect(localState(transition(taken, events['release not-sent by owner'], NOW), NOW)).toBe('uncertain');
  });

  it('is taken over by a retry, which is a try', () => {
    const over = held({ endedAt: 6000, leaseUntil: NOW });
    expect(transition(over, events['take of the message'], NOW)).toMatchObject({ attempt: 2, endedAt: null });
  });

  it('lets a message begin anew: first try now, same message, new target, or as old as a copy says', () => {
    expect(transition(held({ attempt: 3, endedAt: 6000 }), events['unsent by owner'], NOW)).toEqual(
      held({ attempt: 1, unsentTries: 3, firstTriedAt: NOW, leaseUntil: NOW + LEASE_MS, target: 'there' }),
    );
    const copy = { ...events['unsent by owner'], target: undefined };
    expect(transition(held({ target: 'here' }), { ...copy, ageMs: 7 }, NOW)).toMatchObject({
      firstTriedAt: NOW - 7,
      target: 'here',
    });
    expect(transition(held({}), { ...copy, ageMs: null }, NOW)).toMatchObject({ firstTriedAt: null });
  });
});

describe('a decision about the tries up to some', () => {
  it('says nothing of a message that was begun anew, whose tries go on from there', () => {
    const asked = transition(records['given back'], { ...events['take to ask'], token: 'owner' }, NOW);
    const begun = transition(asked, events['unsent by owner'], NOW);
    const unclear = transition(begun, events['release uncertain by owner'], NOW);
    expect(transition(unclear, events['resolve of this try'], NOW)).toBe(unclear);
    expect(transition(unclear, events['resolve of another try'], NOW)).toBeUndefined();
    expect(transition(begun, events['release not-sent by owner'], NOW)).toBeUndefined();
  });
});

describe('a lease', () => {
  it('holds until its last millisecond, and not at its end', () => {
    const record = held({ leaseUntil: NOW });
    expect(localState(record, NOW - 1)).toBe('claimed');
    expect(localState(record, NOW)).toBe('uncertain');
    expect(localState(record, NOW + 1e12)).toBe('uncertain');
  });
});

describe('toCodeRecord', () => {
  it('says state and age by the clock, and shows no times of the store', () => {
    expect(toCodeRecord(held({}), NOW)).toEqual({ ...hold, state: 'claimed', ageMs: 5000, idleMs: null });
    expect(toCodeRecord(held({ leaseUntil: null, firstTriedAt: null }), NOW)).toEqual({
      ...hold,
      state: 'uncertain',
      ageMs: null,
      idleMs: null,
    });
    expect(toCodeRecord(records['ran out, retry'], NOW + 9)).toMatchObject({ state: 'uncertain', idleMs: 9 });
    expect(toCodeRecord(records['given back'], NOW + 9)).toMatchObject({ state: 'uncertain', idleMs: 9 });
    expect(toCodeRecord(records['being asked for, first try'], NOW)).toMatchObject({ state: 'claimed', idleMs: 4000 });
  });

  it('passes a sent record on', () => expect(toCodeRecord(records.sent, NOW)).toEqual(records.sent));
});

describe('what only some records have', () => {
  it('is kept where it is given, and is no field where it is not: the receipt of a mark', () => {
    const mark = { type: 'mark', source: 'api', sentAt: 2 } as const;
    expect(transition(undefined, { ...mark, receipt: 'channel/1' }, NOW)).toStrictEqual({
      state: 'sent',
      source: 'api',
      sentAt: 2,
      receipt: 'channel/1',
    });
    expect(transition(undefined, mark, NOW)).toStrictEqual({ state: 'sent', source: 'api', sentAt: 2 });
  });

  it('is told where it is known, and is no field where it is not: the earlier tries and the target of a hold', () => {
    const report = { ...hold, state: 'claimed', ageMs: 5000, idleMs: null };
    expect(toCodeRecord(held({}), NOW)).toStrictEqual(report);
    expect(toCodeRecord(held({ unsentTries: 2 }), NOW)).toStrictEqual({ ...report, unsentTries: 2 });
    expect(toCodeRecord(held({ target: 'there' }), NOW)).toStrictEqual({ ...report, target: 'there' });
    expect(toCodeRecord(held({ unsentTries: 2, target: 'there' }), NOW)).toStrictEqual({
      ...report,
      unsentTries: 2,
      target: 'there',
    });
  });

  it('is no field of a message that begins anew where nobody knows it: its target', () => {
    const anew = transition(held({}), { type: 'unsent', token: 'owner', leaseMs: LEASE_MS }, NOW);
    expect(anew).not.toHaveProperty('target');
  });
});
