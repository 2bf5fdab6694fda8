import { describe, expect, it } from 'vitest';
import { newChain, type TestChain } from '../../support/fallback/chain.js';

/** What the mirror remembers for the first store. */
function entries(chain: TestChain): string[] {
  return [...chain.mirrors[0]!.metadata].flatMap(([key, value]) => (key.startsWith('fallback:pending:') ? [value] : []));
}

/** Calls of the first store's primitives from here on. */
function countCalls(chain: TestChain): Map<string, number> {
  const counts = new Map<string, number>();
  chain.first.before = (step) => void counts.set(step, (counts.get(step) ?? 0) + 1);
  return counts;
}

describe('What an outage leaves in the mirror', () => {
  it('is nothing of claims that were given back, however many, and nothing of them is replayed', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A', 'B', 'C']);
    chain.first.fault = 'reject';
    // The first store was asked for this one, and may have it.
    const { claim: asked } = await store.claim('1', ['C']);
    await store.release(asked!, 'not-sent');
    const before = entries(chain);
    for (let cycle = 0; cycle < 500; cycle += 1) {
      const { claim } = await store.claim('1', ['A', 'B']);
      await store.release(claim!, 'not-sent', ['A']);
      await store.renew({ ...claim!, codes: ['B'] });
      await store.release(claim!, 'not-sent', ['B']);
    }
    expect(entries(chain)).toEqual(before);
    chain.first.heal();
    const counts = countCalls(chain);
    await store.ping();
    expect(store.status().state).toBe('healthy');
    expect((counts.get('claimRecords') ?? 0) + (counts.get('settleRecords') ?? 0)).toBeLessThan(3);
    expect(entries(chain)).toEqual([]);
  });

  it('is one entry for each live token, whatever its owner does', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    for (let renewal = 0; renewal < 20; renewal += 1) await store.renew(claim!);
    expect(entries(chain)).toHaveLength(2);
    for (let retry = 0; retry < 20; retry += 1) {
      chain.clock.advance(1001);
      expect(await store.takeUncertain('1', { leaseMs: 1000 })).toHaveLength(1);
      expect(entries(chain)).toHaveLength(2);
    }
  });

  it('is one renewal and one release of a token that the first store has', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    const { claim } = await store.claim('1', ['A']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    for (let renewal = 0; renewal < 20; renewal += 1) await store.renew(claim!);
    for (let release = 0; release < 5; release += 1) await store.release(claim!, 'not-sent');
    expect(entries(chain)).toHaveLength(3);
    chain.first.heal();
    await store.ping();
    expect(chain.first.has('1', 'A')).toBe(false);
  });

  it('is the renewal of a claim that the first store may have: its lease there began with the claim', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    chain.first.after = (step) => {
      if (step === 'claimRecords') throw new Error('the answer is lost');
    };
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    expect(store.status().state).toBe('degraded');
    chain.clock.advance(900);
    await store.renew(claim!);
    chain.clock.advance(200);
    chain.first.after = () => undefined;
    await store.ping();
    expect(store.status().state).toBe('healthy');
    expect(await chain.stranger().takeUncertain('1')).toEqual([]);
    expect((await store.confirm(claim!)).leaseLost).toBe(false);
  });

  it('is the renewal of a claim that is being replayed: its lease began before the renewal', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    chain.first.heal();
    chain.first.after = async (step) => {
      if (step !== 'claimRecords') return;
      chain.first.after = () => undefined;
      chain.clock.advance(900);
      await store.renew(claim!);
    };
    await store.ping();
    chain.clock.advance(200);
    expect(await chain.stranger().takeUncertain('1')).toEqual([]);
  });

  it('keeps a message that was taken over in the first store, though that one has given it back', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['A']);
    const { claim } = await store.claim('1', ['A'], { leaseMs: 1000 });
    // The first store frees the code, and the mirror is away for a moment.
    chain.mirrors[0]!.before = (step) => {
      if (step === 'settleRecords') throw new Error('away');
    };
    await store.release(claim!, 'not-sent');
    chain.mirrors[0]!.before = () => undefined;
    await store.ping();
    chain.clock.advance(1001);
    chain.first.fault = 'reject';
    await store.markSent('2', ['X']);
    const [taken] = await store.takeUncertain('1', { leaseMs: 1000 });
    chain.first.heal();
    await store.ping();
    expect((await store.claim('1', ['A'])).claimed).toEqual([]);
    await store.release(taken!, 'uncertain');
    expect((await store.states('1', ['A'])).get('A')).toBe('uncertain');
  });
});
