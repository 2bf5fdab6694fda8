import { describe, expect, it } from 'vitest';
import { InvalidInputError, StoreDamagedError } from 'sent-code-store';
import { newChain, type TestChain } from '../../support/fallback/chain.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

/** The first store answers, and takes no mark: what is marked stays pending while it is up. */
function refuseMarks({ first }: TestChain): void {
  first.before = (step) => {
    if (step === 'markRecords') throw new InvalidInputError('INVALID_CODE', 'codes', 'not here');
  };
}

describe('While something is pending and the first store is up', () => {
  it('a read takes the record of the mirror for what is pending, and the first store for the rest', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    refuseMarks(chain);
    expect((await store.markSent('1', ['X'])).marked).toEqual(['X']);
    expect(store.status().state).toBe('recovering');
    expect(await store.filterUnsent('1', ['X', 'NEW'])).toEqual(['NEW']);
    expect(await store.isSent('1', 'X')).toBe(true);
  });

  it('a claim is not decided without the first store', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X', 'A']);
    refuseMarks(chain);
    await store.markSent('1', ['X']);
    expect((await chain.stranger().claim('1', ['A'])).claimed).toEqual(['A']);
    const hold = { token: 'T', messageId: 'M', spelling: 'A', size: 2, attempt: 1 };
    const holds = [
      { ...hold, code: 'X', position: 0 },
      { ...hold, code: 'A', position: 1 },
    ];
    const claim = openPrimitives(store).claimRecords({ guildId: '1', leaseMs: 1000, ageMs: 0, holds });
    await expect(claim).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    chain.first.before = () => undefined;
    await store.ping();
    expect(store.status().state).toBe('healthy');
    expect((await store.states('1', ['X', 'A'])).get('A')).toBe('claimed');
  });
});

describe('A mirror does not let go of what the first store keeps', () => {
  it('when an owner gives back a message that another process has taken over', async () => {
    const chain = newChain();
    const store = chain.start({ whenDegraded: 'continue' });
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(1001);
    const [taken] = await chain.stranger().takeUncertain('1');
    expect(taken?.codes).toEqual(['A']);
    await store.release(claim!, 'not-sent');
    chain.first.fault = 'reject';
    expect(await store.filterUnsent('1', ['A', 'NEW'])).toEqual(['NEW']);
  });

  it.each([{ purpose: 'retry' }, { purpose: 'ask' }] as const)(
    'when another process has taken a message over that it holds as the owner before ($purpose)',
    async (options) => {
      const chain = newChain();
      const store = chain.start();
      await store.claim('1', ['A'], { leaseMs: 1000 });
      chain.clock.advance(1001);
      expect(await chain.stranger().takeUncertain('1', options)).toHaveLength(1);
      await store.filterUnsent('1', ['A']);
      chain.first.fault = 'reject';
      await expect(store.takeUncertain('1', options)).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    },
  );

  it('when somebody takes a message over that is being decided', async () => {
    const chain = newChain();
    const store = chain.start({ whenDegraded: 'continue' });
    await store.claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(1001);
    const stranger = chain.stranger();
    let isTaken = false;
    chain.first.before = async (step) => {
      if (step !== 'settleRecords' || isTaken) return;
      isTaken = true;
      await stranger.takeUncertain('1');
    };
    expect(await store.resolveUncertain('1', ['A'], 'not-sent')).toBe(0);
    chain.first.fault = 'reject';
    expect(await store.filterUnsent('1', ['A', 'NEW'])).toEqual(['NEW']);
  });
});

describe('A mirror that missed writes', () => {
  it('may not stand in after a restart, though another mirror brought the first store up to date', async () => {
    const chain = newChain(2);
    const [one, two] = chain.mirrors as [(typeof chain.mirrors)[0], (typeof chain.mirrors)[0]];
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = two.fault = 'reject';
    await store.markSent('1', ['X']);
    chain.first.heal();
    await store.ping();
    expect(chain.first.isSent('1', 'X')).toBe(true);
    two.heal();
    const next = chain.start();
    await next.ping();
    chain.first.fault = one.fault = 'reject';
    await expect(next.filterUnsent('1', ['X'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
  });

  it('may not stand in after a restart, though it could not even be read when it missed them', async () => {
    const chain = newChain();
    await chain.start().filterUnsent('1', ['X']);
    chain.mirrors[0]!.fault = 'reject';
    await chain.start().markSent('1', ['X']);
    chain.mirrors[0]!.heal();
    const next = chain.start();
    await next.ping();
    chain.first.fault = 'reject';
    await expect(next.filterUnsent('1', ['X'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
  });
});

describe('A mirror that was damaged', () => {
  it('sends up all records that were saved, though it failed once more before that', async () => {
    const chain = newChain();
    const [mirror] = chain.mirrors as [(typeof chain.mirrors)[0]];
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = 'reject';
    await store.markSent('1', ['X']);
    chain.first.heal();
    mirror.before = () => {
      throw new StoreDamagedError('rubbish', {});
    };
    mirror.setAside = () => {
      for (const key of mirror.metadata.keys()) if (key.startsWith('fallback:pending:')) mirror.metadata.delete(key);
      mirror.before = (step) => {
        if (step === 'pingStore') throw new Error('busy');
      };
    };
    const next = chain.start();
    await next.ping();
    expect(chain.events).toContainEqual(expect.objectContaining({ type: 'mirror-set-aside' }));
    await expect(next.filterUnsent('1', ['X'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    mirror.before = () => undefined;
    await next.ping();
    expect(await next.filterUnsent('1', ['X', 'NEW'])).toEqual(['NEW']);
    expect(chain.first.isSent('1', 'X')).toBe(true);
  });
});

describe('Whether a guild goes on in an outage', () => {
  it('"hold" holds also where a mirror is trusted always', async () => {
    const chain = newChain();
    const store = chain.start({ whenDegraded: 'hold', trust: 'always' });
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
  });
});

describe('A member that answers a ping and nothing else', () => {
  it('costs a failed call after ever longer pauses, and fails no call of the chain', async () => {
    const chain = newChain(1, true);
    const store = chain.start();
    await store.ping();
    let failed = 0;
    chain.witness.before = (step) => {
      if (step !== 'markRecords') return;
      failed += 1;
      throw new Error('read-only');
    };
    for (let second = 0; second < 60; second += 1) {
      expect((await store.markSent('1', [`CODE${second}`])).marked).toHaveLength(1);
      chain.clock.advance(1000);
      await store.filterUnsent('1', ['X']);
    }
    expect(failed).toBeLessThan(10);
  });

  it('a mirror whose reads fail does not fail a read', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.markSent('1', ['A']);
    chain.mirrors[0]!.before = (step) => {
      if (step === 'readRecords') throw new Error('unreadable');
    };
    for (let index = 0; index < 5; index += 1) {
      expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
      chain.clock.advance(5000);
    }
  });

  it('a witness that cannot be listed does not fail a listing in an outage', async () => {
    const chain = newChain(1, true);
    const store = chain.start();
    await store.markSent('1', ['A']);
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    chain.witness.before = (step) => {
      if (step === 'scanRecords') throw new Error('unreadable');
    };
    expect((await store.stats('1')).total).toBe(1);
  });
});

describe('A change of state in the middle of a call', () => {
  it('does not give one message to two takers', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    const { claim } = await store.claim('1', ['A']);
    await store.release(claim!, 'uncertain');
    let answer = (): void => undefined;
    const gate = new Promise<void>((resolve) => (answer = resolve));
    const isDone = new Promise<void>((done) => {
      chain.first.after = async (step) => {
        if (step !== 'settleRecords') return;
        done();
        await gate;
      };
    });
    const one = store.takeUncertain('1');
    await isDone;
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    expect(store.status().state).toBe('degraded');
    const two = store.takeUncertain('1');
    // As far as the second can come before the first has its answer.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    answer();
    const taken = [...(await one), ...(await two)];
    expect(taken.map(({ codes }) => codes)).toEqual([['A']]);
  });
});

describe('A message that was taken over in an outage', () => {
  it('has one owner after it, though the owner before it died with its lease alive in the first store', async () => {
    const chain = newChain();
    await chain.start().claim('1', ['A'], { leaseMs: 5000 });
    chain.first.fault = 'reject';
    const store = chain.start();
    expect(await store.takeUncertain('1', { leaseMs: 60_000 })).toHaveLength(1);
    chain.first.heal();
    await store.ping();
    expect(store.status().state).toBe('healthy');
    chain.clock.advance(5001);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect(await chain.stranger().takeUncertain('1')).toEqual([]);
  });

  it('has one owner after it, though the owner before it renewed its lease in the outage', async () => {
    const chain = newChain();
    const store = chain.start();
    const { claim } = await store.claim('1', ['A'], { leaseMs: 5000 });
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    await store.renew(claim!);
    for (const leaseMs of [5000, 60_000]) {
      chain.clock.advance(5001);
      expect(await store.takeUncertain('1', { leaseMs })).toHaveLength(1);
    }
    chain.first.heal();
    await store.ping();
    expect(store.status().state).toBe('healthy');
    chain.clock.advance(5001);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect(await chain.stranger().takeUncertain('1')).toEqual([]);
  });
});

describe('A message that was taken over while the first store was brought up to date', () => {
  it('has one owner afterwards, though the first store was just given the owner before', async () => {
    const chain = newChain();
    await chain.start().claim('1', ['A'], { leaseMs: 1000 });
    chain.first.fault = 'reject';
    const store = chain.start();
    expect(await store.takeUncertain('1', { leaseMs: 1000 })).toHaveLength(1);
    chain.clock.advance(1001);
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const isReplaying = new Promise<void>((begun) => {
      chain.first.before = async (step) => {
        if (step !== 'claimRecords') return;
        begun();
        await gate;
      };
    });
    chain.first.heal();
    const back = store.ping();
    await isReplaying;
    expect(await store.takeUncertain('1', { leaseMs: 60_000 })).toHaveLength(1);
    goOn();
    await back;
    expect(store.status().state).toBe('healthy');
    chain.clock.advance(1001);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect(await chain.stranger().takeUncertain('1')).toEqual([]);
  });
});

describe('A mirror that kept an older hold', () => {
  /** The mirror answers everything but changes of held codes. */
  function missChanges({ mirrors: [mirror] }: TestChain): () => void {
    mirror!.before = (step) => {
      if (step === 'settleRecords') throw new Error('away');
    };
    return () => (mirror!.before = () => undefined);
  }

  it('is given the hold of a taker that it missed, before it may stand in', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.claim('1', ['A', 'B'], { leaseMs: 1000 });
    chain.clock.advance(1001);
    const mend = missChanges(chain);
    const [taken] = await store.takeUncertain('1', { leaseMs: 5000 });
    mend();
    await store.ping();
    expect(await store.filterUnsent('1', ['A', 'NEW'])).toEqual(['NEW']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect((await store.renew(taken!)).codes).toEqual(['A', 'B']);
    chain.clock.advance(5001);
    expect((await store.takeUncertain('1'))[0]).toMatchObject({ messageId: taken!.messageId, attempt: 3 });
  });

  it('is given a renewal that it missed, before it may stand in', async () => {
    const chain = newChain();
    const store = chain.start();
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(900);
    const mend = missChanges(chain);
    await store.renew(claim!);
    mend();
    chain.clock.advance(200);
    await store.ping();
    expect(await store.filterUnsent('1', ['A', 'NEW'])).toEqual(['NEW']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    expect(await store.takeUncertain('1')).toEqual([]);
  });

  it('is given the hold of a taker whom it refused, because the lease of a copy begins at the copy', async () => {
    const chain = newChain();
    await chain.stranger().claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(900);
    const store = chain.start({ whenDegraded: 'continue' });
    await store.filterUnsent('1', ['A']);
    chain.clock.advance(101);
    const [taken] = await store.takeUncertain('1', { leaseMs: 120_000 });
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    chain.clock.advance(60_000);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect((await store.renew(taken!)).codes).toEqual(['A']);
    chain.clock.advance(120_001);
    expect((await store.takeUncertain('1'))[0]).toMatchObject({ messageId: taken!.messageId, attempt: 3 });
  });

  it('may not stand in, if it has another message where somebody took one over', async () => {
    const chain = newChain();
    const store = chain.start({ whenDegraded: 'continue' });
    await store.filterUnsent('1', ['A']);
    await store.claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(1001);
    const stranger = chain.stranger();
    await stranger.resolveUncertain('1', ['A'], 'not-sent');
    const { claim } = await stranger.claim('1', ['A'], { leaseMs: 1000 });
    chain.clock.advance(1001);
    const [taken] = await store.takeUncertain('1', { leaseMs: 120_000 });
    expect(taken!.messageId).toBe(claim!.messageId);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    await expect(store.takeUncertain('1')).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
  });

  it('is given the hold of another message, where it missed that the code was given back', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    const mend = missChanges(chain);
    await store.release(claim!, 'not-sent');
    mend();
    await store.ping();
    const next = await store.claim('1', ['A'], { leaseMs: 5000 });
    expect(next.claimed).toEqual(['A']);
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    chain.clock.advance(1001);
    expect(await store.takeUncertain('1')).toEqual([]);
    expect((await store.renew(next.claim!)).codes).toEqual(['A']);
  });
});

describe('Closing', () => {
  it('in the middle of a replay ends it between two steps, and leaves the rest remembered', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = 'reject';
    const codes = Array.from({ length: 1500 }, (_, index) => `CODE${index}`);
    await store.markSent('1', codes);
    chain.first.heal();
    let steps = 0;
    let closing: Promise<void> | undefined;
    chain.first.before = (step) => {
      if (step !== 'markRecords') return;
      steps += 1;
      closing ??= store.close();
    };
    chain.clock.advance(1001);
    await store.filterUnsent('1', ['X']).catch(() => undefined);
    await expect.poll(() => steps).toBeGreaterThan(0);
    await closing;
    expect(steps).toBe(1);
    chain.first.before = () => undefined;
    const next = chain.start();
    await next.ping();
    expect(await next.filterUnsent('1', [...codes, 'NEW'])).toEqual(['NEW']);
    expect(codes.filter((code) => !chain.first.isSent('1', code))).toEqual([]);
  });
});

describe('A first store that is back', () => {
  it('decides again although marks come faster than it takes them', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = 'reject';
    await store.markSent('1', ['FIRST']);
    chain.first.heal();
    let count = 0;
    let isMarking = true;
    // Each mark that the first store takes is followed by one more before it answers, as from a bot that never pauses.
    chain.first.before = async (step) => {
      if (step !== 'markRecords' || !isMarking || store.status().stores[0]?.up === true) return;
      count += 1;
      if (count > 50) isMarking = false;
      await store.markSent('1', [`MORE${count}`]);
    };
    await store.ping();
    expect(store.status().state).toBe('healthy');
    expect(count).toBeLessThan(20);
    isMarking = false;
    expect(chain.first.isSent('1', `MORE${count}`)).toBe(true);
  });
});
