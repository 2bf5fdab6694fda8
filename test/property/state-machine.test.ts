import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodeEvent, type LocalRecord, localState, transition } from '../../src/domain/state-machine.js';

const token = fc.constantFrom('t1', 't2', 't3');
const messageId = fc.constantFrom('m1', 'm2');
const leaseMs = fc.integer({ min: 0, max: 50 });
const hold = fc.record({
  token,
  messageId,
  spelling: fc.constantFrom('a', 'A'),
  position: fc.nat(2),
  size: fc.integer({ min: 1, max: 3 }),
  attempt: fc.integer({ min: 1, max: 3 }),
});

const event: fc.Arbitrary<CodeEvent> = fc.oneof(
  fc.record({ type: fc.constant('claim' as const), hold, leaseMs }),
  fc.record({
    type: fc.constant('mark' as const),
    source: fc.constantFrom('auto', 'api', null),
    sentAt: fc.option(fc.nat(1000)),
  }),
  fc.record({ type: fc.constant('renew' as const), token, leaseMs }),
  fc.record({
    type: fc.constant('release' as const),
    token,
    outcome: fc.constantFrom('not-sent' as const, 'uncertain' as const),
  }),
  fc.record({ type: fc.constant('resize' as const), token, position: fc.nat(2), size: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant('take' as const), messageId, token, leaseMs }),
  fc.record({ type: fc.constant('resolve' as const), messageId, attempt: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ type: 'forget' as const }),
);

const history = fc.array(fc.record({ event, waitMs: fc.integer({ min: 0, max: 40 }) }), { maxLength: 40 });

interface Step {
  readonly before: LocalRecord | undefined;
  readonly event: CodeEvent;
  readonly after: LocalRecord | undefined;
  readonly now: number;
}

/** Holds a property for every step of random histories of one code. */
function forEachStep(check: (step: Step) => void): void {
  fc.assert(
    fc.property(history, (steps) => {
      let record: LocalRecord | undefined;
      let now = 0;
      for (const { event: next, waitMs } of steps) {
        now += waitMs;
        const before = record === undefined ? undefined : Object.freeze(record);
        record = transition(before, Object.freeze(next), now);
        check({ before, event: next, after: record, now });
      }
    }),
    { numRuns: 3000 },
  );
}

const ownerOf = (record: LocalRecord | undefined): string | null => (record?.state === 'held' ? record.token : null);

describe('in any history of a code', () => {
  it('sent is left only by forget', () => {
    forEachStep(({ before, event: { type }, after }) => {
      if (before?.state === 'sent' && type !== 'forget') expect(after).toBe(before);
    });
  });

  it('a mark always leads to sent', () => {
    forEachStep(({ event: { type }, after }) => {
      if (type === 'mark') expect(after?.state).toBe('sent');
    });
  });

  it('nothing leads from a live claim to another owner, and nobody but its owner frees it', () => {
    forEachStep(({ before, event: next, after, now }) => {
      if (localState(before, now) !== 'claimed' || after?.state === 'sent') return;
      const own = 'token' in next && next.token === ownerOf(before);
      if (own) expect([ownerOf(before), null]).toContain(ownerOf(after));
      else expect(after).toBe(before);
    });
  });

  it('only absent is claimed, and only uncertain is taken over', () => {
    forEachStep(({ before, event: { type }, after, now }) => {
      if (after === before || ownerOf(after) === null || ownerOf(after) === ownerOf(before)) return;
      const from = localState(before, now);
      expect([type, from]).toEqual(type === 'claim' ? ['claim', 'absent'] : ['take', 'uncertain']);
    });
  });

  it('time alone frees nothing: what is held becomes absent by its owner, by a decision, or by forget', () => {
    forEachStep(({ before, event: { type }, after }) => {
      if (before?.state === 'held' && after === undefined) expect(['release', 'resolve', 'forget']).toContain(type);
    });
  });

  it('a retry never becomes free by its owner: an earlier try may have arrived', () => {
    forEachStep(({ before, event: { type }, after }) => {
      if (before?.state === 'held' && before.attempt > 1 && type === 'release') expect(after).not.toBeUndefined();
    });
  });

  it('message, spelling and first try of a held code never change, and its tries only grow', () => {
    forEachStep(({ before, after }) => {
      if (before?.state !== 'held' || after?.state !== 'held') return;
      const { messageId: message, spelling, firstTriedAt } = before;
      expect(after).toMatchObject({ messageId: message, spelling, firstTriedAt });
      expect(after.attempt - before.attempt).toBeOneOf([0, 1]);
    });
  });

  it('an event that is told twice changes nothing the second time, but for a takeover without a lease', () => {
    forEachStep(({ event: next, after, now }) => {
      if (next.type === 'take' && next.leaseMs === 0) return;
      expect(transition(after, next, now)).toEqual(after);
    });
  });
});
