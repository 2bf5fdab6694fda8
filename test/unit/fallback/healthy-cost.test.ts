import { describe, expect, it } from 'vitest';
import { newChain } from '../../support/fallback/chain.js';

describe('What a healthy chain asks of the first store', () => {
  it('1 000 guilds of 10 codes: 10 look-ups once copied, and the copies are one scan for each guild, out of the way of the call', async () => {
    const chain = newChain();
    const store = chain.start({ operationTimeoutMs: 5000 });
    const batch = Array.from({ length: 1000 }, (_, index) => ({
      guildId: String(index + 1),
      codes: Array.from({ length: 10 }, (__, code) => `CODE${code}`),
    }));
    await store.ping();
    const counts = new Map<string, number>();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    chain.first.before = async (step) => {
      counts.set(step, (counts.get(step) ?? 0) + 1);
      if (step === 'scanRecords') await gate;
    };
    expect(await store.filterUnsentMany(batch)).toEqual(batch);
    expect(counts.get('readRecords')).toBe(10);
    expect(store.status().stores[1]?.copiedGuilds).toBe(0);
    open();
    await expect.poll(() => store.status().stores[1]?.copiedGuilds, { timeout: 20_000 }).toBe(1000);
    expect(counts.get('scanRecords')).toBe(1000);
    counts.clear();
    expect(await store.filterUnsentMany(batch)).toEqual(batch);
    expect(Object.fromEntries(counts)).toEqual({ readRecords: 10 });
  });
});
