import { describe, expect, it } from 'vitest';
import type { Hold } from '../../../src/domain/record.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

interface Code extends Partial<Hold> {
  readonly code: string;
  readonly ageMs?: number | null;
  readonly idleMs?: number;
}

/** A store in which one message is uncertain, with codes as a crash or another clock has left them. */
async function storeWith(...codes: readonly Code[]): Promise<MemoryStore> {
  const store = new MemoryStore({ clock: new ManualTime() });
  for (const [position, { code, ageMs = 0, idleMs = 0, ...hold }] of codes.entries()) {
    const whole = { code, spelling: code, token: null, messageId: 'm', position, size: codes.length, attempt: 1, ...hold };
    await openPrimitives(store).claimRecords({ guildId: '1', leaseMs: 0, ageMs, idleMs, holds: [whole] });
  }
  return store;
}

describe('a message whose codes a crash has left with different tries', () => {
  it('is taken with the most cautious of their values, its codes in the order of the message', async () => {
    const store = await storeWith(
      { code: 'A', position: 1, attempt: 1, ageMs: 9000, idleMs: 700 },
      { code: 'B', position: 2, attempt: 3, ageMs: 5000, idleMs: 500 },
      { code: 'C', position: 0, attempt: 2, ageMs: 7000, idleMs: 600 },
    );
    const taken = await store.takeUncertain('1', { purpose: 'ask' });
    expect(taken).toMatchObject([{ codes: ['C', 'A', 'B'], attempt: 3, ageMs: 9000, idleMs: 500 }]);
  });

  it('has no age where that of one code is not known', async () => {
    const store = await storeWith({ code: 'A', ageMs: 9000 }, { code: 'B', ageMs: null });
    expect(await store.takeUncertain('1')).toMatchObject([{ codes: ['A', 'B'], attempt: 2, ageMs: null }]);
  });
});

describe('a message that is to be taken only if it is young', () => {
  it.each([
    ['is older in one of its codes', 60_001],
    ['has an age that is not known', null],
    ['has an age below zero, because a clock was set back', -1],
  ])('stays where it is if it %s', async (_, ageMs) => {
    const store = await storeWith({ code: 'A', ageMs: 0 }, { code: 'B', ageMs });
    expect(await store.takeUncertain('1', { withinMs: 60_000 })).toEqual([]);
    expect(await store.takeUncertain('1')).toMatchObject([{ codes: ['A', 'B'] }]);
  });

  it('is taken at the very end of that time', async () => {
    const store = await storeWith({ code: 'A', ageMs: 60_000 });
    expect(await store.takeUncertain('1', { withinMs: 60_000 })).toMatchObject([{ codes: ['A'], ageMs: 60_000 }]);
  });
});
