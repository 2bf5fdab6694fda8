import { describe, expect, it, onTestFinished } from 'vitest';
import { FallbackStore, type FallbackStoreOptions } from 'sent-code-store';
import { Disk, DiskStore } from '../../support/fallback/disk-store.js';
import { ManualClock } from '../../support/stores/manual-clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Processes with a mirror each, over one first store. */
function processes(): { first: Disk; clock: ManualClock; open: (mirror: Disk, options?: FallbackStoreOptions) => FallbackStore } {
  const [first, clock] = [new Disk(), new ManualClock()];
  return {
    first,
    clock,
    open: (mirror, options) => {
      const members = [
        new DiskStore(first, 'shared', { clock, name: 'first' }),
        new DiskStore(mirror, 'mirror', { clock, name: 'mirror' }),
      ];
      const store = new FallbackStore(members, { clock, operationTimeoutMs: 500, probeAfterMs: 1000, ...options });
      onTestFinished(async () => {
        first.heal();
        await store.close();
      });
      return store;
    },
  };
}

describe('Two processes that both lose the first store', () => {
  it('the second does not claim what the first has posted, whatever it saw of its records', async () => {
    const { first, clock, open } = processes();
    const [a, b] = [open(new Disk()), open(new Disk())];
    for (const store of [a, b]) await store.filterUnsent('1', ['A']);
    clock.advance(MINUTE);
    for (const store of [a, b]) {
      await store.filterUnsent('1', ['A']);
      await store.ping();
    }
    first.fault = 'reject';
    await a.markSent('1', ['A']);
    await expect(b.claim('1', ['A'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    await expect(a.claim('1', ['B'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    expect((await b.markSent('1', ['C'])).marked).toEqual(['C']);
  });

  it('one that begins again in the outage remembers the other', async () => {
    const { first, open } = processes();
    const disk = new Disk();
    const a = open(new Disk());
    await a.filterUnsent('1', ['A']);
    const b = open(disk);
    await b.filterUnsent('1', ['A']);
    first.fault = 'reject';
    await a.markSent('1', ['A']);
    const next = open(disk);
    await expect(next.claim('1', ['A'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
  });

  it('"continue" asserts that nobody else writes', async () => {
    const { first, open } = processes();
    const [a, b] = [open(new Disk()), open(new Disk(), { whenDegraded: 'continue' })];
    for (const store of [a, b]) await store.filterUnsent('1', ['A']);
    first.fault = 'reject';
    expect((await b.claim('1', ['A'])).claimed).toEqual(['A']);
  });
});

describe('A process that is alone again', () => {
  it('goes on in an outage after the other has closed', async () => {
    const { first, clock, open } = processes();
    const [a, b] = [open(new Disk()), open(new Disk())];
    for (const store of [a, b]) await store.filterUnsent('1', ['A']);
    await a.close();
    clock.advance(MINUTE);
    await b.ping();
    first.fault = 'reject';
    expect((await b.claim('1', ['A'])).claimed).toEqual(['A']);
  });

  it('goes on once the key of the other has not changed for an hour, also after a restart', async () => {
    const { first, clock, open } = processes();
    const disk = new Disk();
    const a = open(new Disk());
    await a.filterUnsent('1', ['A']);
    const b = open(disk);
    await b.filterUnsent('1', ['A']);
    // An outage for both: nobody could show anything.
    first.fault = 'reject';
    await b.markSent('1', ['X']);
    clock.advance(2 * HOUR);
    first.heal();
    await b.ping();
    const minutes = async (count: number): Promise<void> => {
      for (let minute = 0; minute < count; minute += 1) {
        clock.advance(MINUTE);
        await b.ping();
      }
    };
    await minutes(50);
    first.fault = 'reject';
    await expect(b.claim('1', ['A'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE' });
    first.heal();
    await b.ping();
    await minutes(10);
    await b.close();
    const next = open(disk);
    await next.filterUnsent('1', ['A']);
    first.fault = 'reject';
    expect((await next.claim('1', ['A'])).claimed).toEqual(['A']);
  });
});

it('costs one write and one read a minute, and no call waits for them', async () => {
  const { first, clock, open } = processes();
  const store = open(new Disk());
  await store.filterUnsent('1', ['A']);
  const counts = new Map<string, number>();
  first.before = (step) => void counts.set(step, (counts.get(step) ?? 0) + 1);
  for (let second = 0; second < 120; second += 1) {
    clock.advance(1000);
    await store.filterUnsent('1', ['A']);
  }
  await store.ping();
  expect(Object.fromEntries(counts)).toMatchObject({ readRecords: 120, set: 2, list: 2 });
});
