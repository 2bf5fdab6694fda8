import { type FallbackEvent, FallbackStore, MemoryStore, type SentCodeStore } from 'sent-code-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Disk, DiskStore } from '../../support/fallback/disk-store.js';
import { plainStore } from '../../support/migration/plain-store.js';
import { ManualClock } from '../../support/stores/manual-clock.js';
import { PlainMapStore } from '../../support/stores/plain-map-store.js';

function setUp(witness: SentCodeStore): { first: Disk; store: FallbackStore; events: FallbackEvent[]; clock: ManualClock } {
  const clock = new ManualClock();
  const [first, mirror] = [new Disk(), new Disk()];
  const events: FallbackEvent[] = [];
  const stores: SentCodeStore[] = [
    new DiskStore(first, 'shared', { clock, name: 'first' }),
    new DiskStore(mirror, 'mirror', { clock, name: 'mirror' }),
    witness,
  ];
  const store = new FallbackStore(stores, { clock, operationTimeoutMs: 500, onEvent: (event) => events.push(event) });
  onTestFinished(async () => {
    first.heal();
    await store.close();
  });
  return { first, store, events, clock };
}

const statusOf = (store: FallbackStore) => store.status().stores[2];

describe('A store that is not built on the base, as a member of a chain', () => {
  it('is a witness: it gets every mark and every removal, and is closed with the chain', async () => {
    const map = new PlainMapStore();
    const { store } = setUp(map);
    const sentAt = new Date(1_700_000_000_000);
    await store.markSent('1', ['a', 'b'], { source: 'api', sentAt });
    await store.markSent('2', ['c']);
    expect(map.marks.get('1:A')).toEqual({ guildId: '1', code: 'A', source: 'api', sentAt, receipt: null });
    await store.forget('1', ['a']);
    await store.clearGuild('2');
    expect([...map.marks.keys()]).toEqual(['1:B']);
    expect(statusOf(store)).toMatchObject({ name: 'PlainMapStore', role: 'witness', up: true, pending: 0, missed: 0 });
    await store.close();
    expect(map.closed).toBe(true);
  });

  it('says "sent" in an outage, and never "unsent" alone', async () => {
    const map = new PlainMapStore();
    await map.markSent('1', ['OLD']);
    const { first, store } = setUp(map);
    await store.filterUnsent('1', ['NEW']);
    first.fault = 'reject';
    expect(await store.filterUnsent('1', ['OLD', 'NEW'])).toEqual(['NEW']);
    expect((await store.claim('1', ['OLD', 'NEW'])).claimed).toEqual(['NEW']);
    await expect(store.filterUnsent('2', ['NEW'])).rejects.toMatchObject({ code: 'NOT_AUTHORITATIVE', guildId: '2' });
  });

  it('tells what it missed while it was away: in the status, and by an event when it is back', async () => {
    const map = new PlainMapStore();
    const { store, events, clock } = setUp(map);
    await store.markSent('1', ['A']);
    map.down = true;
    await store.markSent('1', ['B', 'C']);
    expect(statusOf(store)).toMatchObject({ up: false, missed: 2 });
    await expect(store.forget('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    map.down = false;
    clock.advance(60_000);
    await store.ping();
    expect(events).toContainEqual({ type: 'witness-missed', store: 'PlainMapStore', codes: 2 });
    expect(statusOf(store)).toMatchObject({ up: true, missed: 2 });
    await store.ping();
    expect(events.filter(({ type }) => type === 'witness-missed')).toHaveLength(1);
  });

  it('has its own uncertain messages decided with the chain', async () => {
    const other = new MemoryStore();
    const { store, clock } = setUp(plainStore(other));
    for (const one of [store, other]) {
      const { claim } = await one.claim('1', ['A']);
      await one.release(claim!, 'uncertain');
    }
    clock.advance(1);
    expect(await store.resolveUncertain('1', ['A'], 'not-sent')).toBe(1);
    expect(await other.filterUnsent('1', ['A'])).toEqual(['A']);
  });

  it.each<[string, SentCodeStore[], RegExp]>([
    ['decides', [plainStore(new MemoryStore())], /stores\[0\] is MemoryStore, which is not built on AbstractSentCodeStore/],
    ['is no store', [new MemoryStore(), {} as never], /stores\[1\] is an object\. Pass stores/],
    ['lacks a method', [new MemoryStore(), { ping: () => undefined } as never], /stores\[1\] has no markSentMany/],
  ])('is refused where it %s, and the error says what is missing', (_, stores, text) => {
    expect(() => new FallbackStore(stores)).toThrow(text);
  });
});
