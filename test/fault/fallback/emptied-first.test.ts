import { describe, expect, it } from 'vitest';
import { newChain, type TestChain } from '../../support/fallback/chain.js';

const HOUR = 3_600_000;

/** Brings a chain that knows A to the point where the next ping works on the first store. */
type Situation = (chain: TestChain, store: ReturnType<TestChain['start']>) => void | Promise<void>;

const SITUATIONS: Record<string, Situation> = {
  'changes the secret that it shares with a mirror': ({ clock }) => clock.advance(HOUR + 1),
  'comes back with a write that it lacks': async ({ first, clock }, store) => {
    first.fault = 'reject';
    await store.markSent('1', ['B']);
    first.heal();
    clock.advance(1000);
  },
  'is filled with what a mirror has, because it was emptied before': ({ first }) => first.wipe(),
};

/** The first store is emptied at its n-th call. Whether there was such a call. */
async function emptiedAt(n: number, moment: 'before' | 'after', situation: Situation): Promise<boolean> {
  const chain = newChain();
  const store = chain.start();
  await store.filterUnsent('1', ['A']);
  await store.markSent('1', ['A']);
  await situation(chain, store);
  let calls = 0;
  chain.first.before = () => {
    if (moment === 'before') calls += 1;
    if (calls === n && moment === 'before') chain.first.wipe();
  };
  chain.first.after = () => {
    if (moment === 'after') calls += 1;
    if (calls === n && moment === 'after') chain.first.wipe();
  };
  await store.ping();
  const happened = calls >= n;
  chain.first.before = chain.first.after = () => undefined;
  // Once to see that the store is another one, and once to fill it if that was only seen now.
  await store.ping();
  await store.ping();
  expect(store.status().state).toBe('healthy');
  expect(chain.first.isSent('1', 'A'), `emptied ${moment} call ${n}`).toBe(true);
  return happened;
}

describe('What was marked is in the first store again, at whichever of its calls that store was emptied, while it', () => {
  for (const [name, situation] of Object.entries(SITUATIONS)) {
    it.each(['before', 'after'] as const)(`${name}: %s the call`, async (moment) => {
      let calls = 0;
      while (await emptiedAt(calls + 1, moment, situation)) calls += 1;
      expect(calls).toBeGreaterThan(3);
    });
  }
});
