import { describe, expect, it } from 'vitest';
import type { FallbackStore, SentCodeStore, UncertainCode } from 'sent-code-store';
import { newChain, type TestChain } from '../../support/fallback/chain.js';

const LEASE_MS = 1000;
const MINUTE = 60_000;

/** A chain whose first store and mirror have one uncertain message, tried in channel 1. */
async function uncertainMessage(): Promise<{ chain: TestChain; store: FallbackStore }> {
  const chain = newChain();
  const store = chain.start();
  await store.filterUnsent('1', ['A']);
  const { claim } = await store.claim('1', ['A'], { target: 'channel 1' });
  await store.release(claim!, 'uncertain');
  return { chain, store };
}

/** An outage that the chain has noticed. */
async function outage(chain: TestChain, store: FallbackStore): Promise<void> {
  chain.first.fault = 'reject';
  await store.markSent('2', ['X']);
}

/** The first store is back, with all that is pending. */
async function back(chain: TestChain, store: FallbackStore): Promise<void> {
  chain.first.heal();
  await store.ping();
  expect(store.status().state).toBe('healthy');
}

async function listed(store: SentCodeStore): Promise<UncertainCode> {
  for await (const code of store.listUncertain('1')) return code;
  throw new Error('nothing is uncertain');
}

describe('A message that was begun anew in an outage', () => {
  it('is free in the first store too, once it was given back as not sent', async () => {
    const { chain, store } = await uncertainMessage();
    await outage(chain, store);
    const [asked] = await store.takeUncertain('1', { purpose: 'ask' });
    await store.release(await store.restart(asked!), 'not-sent');
    expect(await store.filterUnsent('1', ['A'])).toEqual(['A']);
    await back(chain, store);
    expect(await store.filterUnsent('1', ['A'])).toEqual(['A']);
  });

  it('has one owner after the outage, though it was given back and claimed as another message', async () => {
    const { chain, store } = await uncertainMessage();
    await outage(chain, store);
    const [asked] = await store.takeUncertain('1', { purpose: 'ask' });
    await store.release(await store.restart(asked!), 'not-sent');
    const { claim } = await store.claim('1', ['A']);
    expect(claim?.codes).toEqual(['A']);
    await back(chain, store);
    expect(await store.takeUncertain('1', { purpose: 'ask' })).toEqual([]);
    expect(await store.renew(claim!)).toMatchObject({ codes: ['A'] });
  });

  it('keeps the channel that it was sent to, whoever asked or tried after that', async () => {
    for (const purpose of ['ask', 'retry'] as const) {
      const { chain, store } = await uncertainMessage();
      chain.clock.advance(10 * MINUTE);
      await outage(chain, store);
      const [asked] = await store.takeUncertain('1', { purpose: 'ask' });
      await store.release(await store.restart(asked!, { target: 'channel 2' }), 'uncertain');
      const [next] = await store.takeUncertain('1', { purpose, leaseMs: LEASE_MS });
      expect(next).toMatchObject({ target: 'channel 2' });
      chain.clock.advance(MINUTE);
      await back(chain, store);
      chain.clock.advance(2 * LEASE_MS);
      const { target, ageMs, idleMs } = await listed(chain.stranger());
      expect({ target, ageMs }).toEqual({ target: 'channel 2', ageMs: MINUTE + 2 * LEASE_MS });
      expect(idleMs).toBeLessThanOrEqual(MINUTE + 2 * LEASE_MS);
    }
  });

  it('is as old in the first store as it is, however long the replay takes', async () => {
    const { chain, store } = await uncertainMessage();
    await outage(chain, store);
    const [asked] = await store.takeUncertain('1', { purpose: 'ask' });
    await store.release(await store.restart(asked!), 'uncertain');
    chain.first.heal();
    chain.first.after = (step) => {
      if (step === 'markRecords') chain.clock.advance(10 * MINUTE);
    };
    await store.ping();
    expect((await listed(chain.stranger())).ageMs).toBeGreaterThanOrEqual(10 * MINUTE);
  });
});

describe('A retry in an outage', () => {
  it('ended its try no earlier than it did, though somebody asked after it', async () => {
    const { chain, store } = await uncertainMessage();
    chain.clock.advance(10 * MINUTE);
    await outage(chain, store);
    const [retry] = await store.takeUncertain('1');
    await store.release(retry!, 'uncertain');
    const [asked] = await store.takeUncertain('1', { purpose: 'ask' });
    await store.release(asked!, 'uncertain');
    chain.clock.advance(1);
    await back(chain, store);
    expect(await listed(chain.stranger())).toMatchObject({ attempt: 2, ageMs: 10 * MINUTE + 1 });
    expect((await listed(chain.stranger())).idleMs).toBeLessThanOrEqual(1);
  });

  it('ended its try no earlier than it did, though the wall clock was set forward before the replay', async () => {
    const { chain, store } = await uncertainMessage();
    await outage(chain, store);
    const { claim } = await store.claim('1', ['B']);
    await store.release(claim!, 'uncertain');
    const [asked] = await store.takeUncertain('1', { purpose: 'ask', codes: ['B'] });
    const real = chain.clock.now.bind(chain.clock);
    chain.clock.now = () => real() + 60 * MINUTE;
    await back(chain, store);
    await store.release(asked!, 'uncertain');
    for await (const { code, idleMs } of chain.stranger().listUncertain('1')) {
      if (code === 'B') expect(idleMs).toBe(0);
    }
  });
});
