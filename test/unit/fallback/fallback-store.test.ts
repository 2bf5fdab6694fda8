import { describe, expect, it, onTestFinished } from 'vitest';
import { type FallbackEvent, FallbackStore, type FallbackStoreOptions, MemoryStore } from 'sent-code-store';
import { Disk, DiskStore } from '../../support/fallback/disk-store.js';
import { ManualClock } from '../../support/stores/manual-clock.js';

interface Setup {
  readonly first: Disk;
  readonly mirror: Disk;
  readonly witness: Disk;
  readonly clock: ManualClock;
  readonly events: FallbackEvent[];
  readonly lines: string[];
  readonly open: (options?: FallbackStoreOptions) => FallbackStore;
}

function setUp(): Setup {
  const clock = new ManualClock();
  const [first, mirror, witness] = [new Disk(), new Disk(), new Disk()];
  const events: FallbackEvent[] = [];
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  return {
    first,
    mirror,
    witness,
    clock,
    events,
    lines,
    open: (options = {}) => {
      const store = new FallbackStore(
        [
          new DiskStore(first, 'shared', { clock, name: 'first' }),
          new DiskStore(mirror, 'mirror', { clock, name: 'mirror' }),
          new DiskStore(witness, 'witness', { clock, name: 'witness' }),
        ],
        {
          clock,
          operationTimeoutMs: 500,
          probeAfterMs: 1000,
          onEvent: (event) => events.push(event),
          logger: { info: log, warn: log, error: log },
          ...options,
        },
      );
      onTestFinished(async () => {
        for (const disk of [first, mirror, witness]) disk.heal();
        await store.close();
      });
      return store;
    },
  };
}

describe('FallbackStore refuses members that cannot be a chain', () => {
  it.each<[string, () => FallbackStore, string]>([
    ['none', () => new FallbackStore([]), 'stores'],
    ['something else', () => new FallbackStore([{} as never]), 'stores[0]'],
    ['a first one that cannot decide', () => new FallbackStore([new DiskStore(new Disk(), 'witness', {})]), 'stores[0]'],
    [
      'another identity',
      () => new FallbackStore([new MemoryStore(), new MemoryStore({ identity: { name: 'exact', normalize: (code) => code } })]),
      'stores[1]',
    ],
    ['an unknown option', () => new FallbackStore([new MemoryStore()], { timeout: 5 } as never), 'timeout'],
  ])('%s', (_, make, argument) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', argument }));
  });

  it('the same store twice', () => {
    const store = new MemoryStore();
    expect(() => new FallbackStore([store, store])).toThrow(expect.objectContaining({ argument: 'stores[1]' }));
  });
});

describe('No store can take a call', () => {
  it('rejects with ALL_STORES_FAILED, an error for each member, an event and the line that operators look for', async () => {
    const { first, mirror, witness, open, lines, events } = setUp();
    for (const disk of [first, mirror, witness]) disk.fault = 'reject';
    const store = open();
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'ALL_STORES_FAILED',
      errors: { length: 3 },
      cause: expect.any(AggregateError) as unknown,
    });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'ALL_STORES_FAILED' });
    expect(lines.some((line) => line.includes('CRITICAL: All persistence methods failed'))).toBe(true);
    expect(events).toContainEqual(expect.objectContaining({ type: 'all-stores-failed' }));
    expect(store.status().state).toBe('failed');
  });

  it('a witness alone never acknowledges, and says no more than "sent"', async () => {
    const { first, mirror, open } = setUp();
    const store = open();
    await store.markSent('1', ['A']);
    first.fault = mirror.fault = 'reject';
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'ALL_STORES_FAILED' });
    expect(await store.filterUnsent('1', ['A'])).toEqual([]);
    await expect(store.filterUnsent('1', ['A', 'NEW'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE', guildId: '1' });
  });
});

describe('An outage', () => {
  it('costs one call of the first store, and one probe after each pause', async () => {
    const { first, open, clock } = setUp();
    const store = open();
    await store.filterUnsent('1', ['A']);
    first.fault = 'reject';
    await store.filterUnsent('1', ['A']);
    const calls = first.calls;
    for (let index = 0; index < 20; index += 1) await store.filterUnsent('1', ['A']);
    expect(first.calls).toBe(calls);
    clock.advance(1001);
    await Promise.all(Array.from({ length: 20 }, () => store.filterUnsent('1', ['A'])));
    expect(first.calls).toBe(calls + 1);
  });

  it.each([
    ['auto', ['B'], 'NOT_AUTHORITATIVE'],
    ['continue', ['B'], undefined],
    ['hold', 'NOT_AUTHORITATIVE', 'NOT_AUTHORITATIVE'],
  ] as const)(
    'with whenDegraded %s: a guild of our own gives %s, one that others write %s',
    async (whenDegraded, own, shared) => {
      const { first, open } = setUp();
      const store = open({ whenDegraded });
      const stranger = new DiskStore(first, 'shared', {});
      onTestFinished(() => stranger.close());
      await store.filterUnsent('1', ['A']);
      await store.filterUnsent('2', ['A']);
      await stranger.markSent('2', ['A']);
      await store.filterUnsent('2', ['A']);
      first.fault = 'reject';
      const answer = (guildId: string): Promise<unknown> =>
        store.filterUnsent(guildId, ['B']).catch((error: unknown) => (error as { code: string }).code);
      expect(await answer('1')).toEqual(own);
      expect(await answer('2')).toEqual(shared ?? ['B']);
      expect(await store.markSent('2', ['C'])).toEqual({ marked: ['C'], alreadySent: [] });
    },
  );

  it('names the store that is away to who wants to forget', async () => {
    const { witness, open } = setUp();
    const store = open();
    await store.markSent('1', ['A']);
    witness.fault = 'reject';
    await expect(store.forget('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('witness') as unknown,
    });
    expect(await store.isSent('1', 'A')).toBe(true);
    witness.heal();
    expect(await store.forget('1', ['A'])).toBe(1);
  });

  it('acknowledges what only a witness has only after a mirror remembers it for the first store', async () => {
    const { first, witness, open } = setUp();
    const old = new DiskStore(witness, 'witness', {});
    await old.markSent('1', ['OLD']);
    await old.close();
    const store = open();
    await store.ping();
    first.fault = 'reject';
    expect(await store.markSent('1', ['OLD'])).toEqual({ marked: [], alreadySent: ['OLD'] });
    first.heal();
    await store.ping();
    expect(first.isSent('1', 'OLD')).toBe(true);
  });
});

describe('A first store that is not the one that it was', () => {
  it('restored from a backup older than an hour gets back what the mirror has', async () => {
    const { first, open, clock, events } = setUp();
    const store = open();
    await store.markSent('1', ['A']);
    const backup = { records: structuredClone(first.records), metadata: structuredClone(first.metadata) };
    clock.advance(3_600_001);
    await store.markSent('1', ['B']);
    await store.ping();
    Object.assign(first, backup);
    expect(await store.filterUnsent('1', ['A', 'B', 'C'])).toEqual(['C']);
    expect(first.isSent('1', 'B')).toBe(true);
    expect(events).toContainEqual({ type: 'first-store-replaced', store: 'mirror' });
  });
});
