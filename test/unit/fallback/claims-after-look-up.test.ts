import { type FallbackStoreOptions, InvalidInputError } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { justLookedUp } from '../../../src/core/look-up-hint.js';
import { newChain, type TestChain } from '../../support/fallback/chain.js';

/** A chain that has copied guild 1, and the steps of its members from here on. */
async function copiedChain(options: FallbackStoreOptions = {}) {
  const chain: TestChain = newChain();
  const store = chain.start({ whenDegraded: 'continue', ...options });
  await store.filterUnsent('1', ['A']);
  await expect.poll(() => store.status().stores[1]?.copiedGuilds).toBe(1);
  const steps: string[] = [];
  const [mirror] = chain.mirrors;
  chain.first.before = (step) => void steps.push(`first ${step}`);
  mirror!.before = (step) => void steps.push(`mirror ${step}`);
  return { chain, store, steps };
}

describe('A claim of codes that were just looked up', () => {
  it('goes to a healthy chain without another look', async () => {
    const { store, steps } = await copiedChain();
    expect(await store.claim('1', ['A'], justLookedUp({}))).toMatchObject({ claimed: ['A'] });
    expect(steps.filter((step) => step.includes('Records'))).toEqual(['mirror claimRecords', 'first claimRecords']);
  });

  it('finds by itself what somebody has done since', async () => {
    const { chain, store } = await copiedChain();
    const stranger = chain.stranger();
    await stranger.markSent('1', ['A']);
    await stranger.claim('1', ['B']);
    const result = await store.claim('1', ['A', 'B', 'C'], justLookedUp({}));
    expect(result).toMatchObject({ claimed: ['C'], alreadySent: ['A'], heldElsewhere: ['B'] });
    chain.first.fault = 'reject';
    expect(await store.filterUnsent('1', ['A', 'B', 'C'])).toEqual([]);
  });

  it.each(['synced', 'always'] as const)('is looked up again in an outage, with trust: %s', async (trust) => {
    const { chain, store, steps } = await copiedChain({ trust });
    chain.first.fault = 'reject';
    await store.filterUnsent('1', ['A']);
    const stepsOf = async (code: string, options: object): Promise<string[]> => {
      steps.length = 0;
      expect(await store.claim('1', [code], options)).toMatchObject({ claimed: [code] });
      return [...steps];
    };
    const withoutHint = await stepsOf('A', {});
    expect(withoutHint[0]).toBe('mirror readRecords');
    expect(await stepsOf('B', justLookedUp({}))).toEqual(withoutHint);
  });

  it('is looked up again while the first store lacks what a mirror has', async () => {
    const { chain, store } = await copiedChain();
    chain.first.before = (step) => {
      if (step === 'markRecords') throw new InvalidInputError('INVALID_CODE', 'codes', 'not here');
    };
    await store.markSent('1', ['A']);
    expect(store.status().state).toBe('recovering');
    expect(await store.claim('1', ['A'], justLookedUp({}))).toMatchObject({ claimed: [], alreadySent: ['A'] });
  });
});
