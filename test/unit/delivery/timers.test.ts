import { describe, expect, it } from 'vitest';
import { elapsedSince, momentOf } from '../../../src/delivery/timers.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { entryOf, Recorder } from '../../support/delivery/recorder.js';

describe('the time since a moment', () => {
  it.each([
    ['a machine that slept, whose monotonic clock stood still', 60_000, 10],
    ['a wall clock that was set back', -5000, 60_000],
  ])('is the longer one of both clocks: %s', (_, wall, monotonic) => {
    const moment = momentOf({ now: () => 7000, monotonic: () => 300 });
    expect(elapsedSince(moment, { now: () => 7000 + wall, monotonic: () => 300 + monotonic })).toBe(60_000);
  });
});

it('a machine that slept between claim and send for longer than the lease does not send', async () => {
  let slept = 0;
  const clock = { now: () => 1e12 + slept, monotonic: () => 0 };
  const inner = new MemoryStore();
  const store = intercept(inner, {
    claim: async (claim, ...args) => {
      const result = await claim(...args);
      slept = 60_000;
      await inner.release(result.claim!, 'uncertain');
      return result;
    },
  });
  const recorder = new Recorder();
  const report = await sendOnce(store, { guildId: 'g', codes: ['A'], send: recorder.send, clock });
  expect(recorder.sent).toEqual([]);
  expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'lease-lost' });
});
