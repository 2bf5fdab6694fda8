import type { BaselineResult, StoreMetadata } from 'sent-code-store/store';
import { describe, expect, it } from 'vitest';
import { SharedData } from '../../support/stores/shared-map-store.js';
import { WatchedDriver, WatchedStore } from '../../support/stores/watched-store.js';

/** A process that dies at an access to its data: before it, or after it took effect. */
class DyingDriver extends WatchedDriver {
  accesses = 0;
  dieAt = Number.POSITIVE_INFINITY;
  dieAfter = false;
  onWrite: (value: string) => void = () => undefined;

  #step<T>(work: () => Promise<T>): Promise<T> {
    this.accesses += 1;
    if (this.accesses < this.dieAt) return work();
    const dead = Promise.reject<T>(new Error('killed'));
    return this.dieAfter && this.accesses === this.dieAt ? work().then(() => dead) : dead;
  }

  override readRecords(keys: Parameters<WatchedDriver['readRecords']>[0]): ReturnType<WatchedDriver['readRecords']> {
    return this.#step(() => super.readRecords(keys));
  }

  override markRecords(marks: Parameters<WatchedDriver['markRecords']>[0]): ReturnType<WatchedDriver['markRecords']> {
    return this.#step(() => super.markRecords(marks));
  }

  override get metadata(): StoreMetadata {
    const kept = super.metadata;
    return {
      get: (keys) => this.#step(() => kept.get(keys)),
      insert: (key, value) => {
        this.onWrite(value);
        return this.#step(() => kept.insert(key, value));
      },
      set: (entries) => {
        for (const value of entries.values()) this.onWrite(value);
        return this.#step(() => kept.set(entries));
      },
      delete: (keys) => this.#step(() => kept.delete(keys)),
      list: (prefix) => kept.list(prefix),
    };
  }
}

class DyingStore extends WatchedStore {
  readonly dying: DyingDriver;

  constructor(data: SharedData) {
    super(data, {}, DyingDriver);
    this.dying = this.driverOf(DyingDriver);
  }
}

const first = ['A', 'B', 'C', 'D', 'E'];
const second = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
/** Too many for one value: three parts. */
const many = Array.from({ length: 240 }, (_, index) => `${index}-`.padEnd(1000, 'X'));

interface Death {
  readonly dieAt: number;
  readonly dieAfter: boolean;
}

async function baselineThatDies(data: SharedData, codes: readonly string[], death: Death): Promise<BaselineResult | undefined> {
  const store = new DyingStore(data);
  await store.ping();
  Object.assign(store.dying, { accesses: 0, ...death });
  return store.baseline('1', codes).catch(() => undefined);
}

async function stepsOfABaseline(codes: readonly string[]): Promise<number> {
  const store = new DyingStore(new SharedData());
  await store.ping();
  store.dying.accesses = 0;
  await store.baseline('1', codes);
  return store.dying.accesses;
}

describe('a baseline that a crash interrupts', () => {
  it.for([
    { name: 'before', dieAfter: false, codes: first, more: 5 },
    { name: 'after', dieAfter: true, codes: first, more: 5 },
    { name: 'before, in parts', dieAfter: false, codes: many, more: 13 },
    { name: 'after, in parts', dieAfter: true, codes: many, more: 13 },
  ])(
    'is made as a whole by whoever calls next, with the codes of the first ($name the step)',
    async ({ dieAfter, codes, more }) => {
      const steps = await stepsOfABaseline(codes);
      expect(steps).toBeGreaterThan(more);
      const all = [...codes, 'F', 'G'];
      const winners = new Set<string>();
      for (let dieAt = 1; dieAt <= steps; dieAt += 1) {
        const data = new SharedData();
        expect(await baselineThatDies(data, codes, { dieAt, dieAfter })).toBeUndefined();
        const next = new WatchedStore(data);
        const { applied } = await next.baseline('1', all);
        const unsent = await next.filterUnsent('1', all);
        // All of one list, and nothing of the other: F and G are new to the first.
        expect(unsent, `killed at step ${dieAt}`).toEqual(applied ? [] : ['F', 'G']);
        expect(await next.baseline('1', ['H'])).toEqual({ applied: false, marked: [] });
        expect(await next.filterUnsent('1', ['H'])).toEqual(['H']);
        winners.add(applied ? 'second' : 'first');
      }
      expect(winners).toEqual(new Set(['first', 'second']));
    },
  );

  it('leaves nothing of its parts, neither those of the first nor those of a call that came second', async () => {
    const data = new SharedData();
    const [one, two] = [new WatchedStore(data), new WatchedStore(data)];
    const results = await Promise.all([one.baseline('1', many), two.baseline('1', [...many, 'F'])]);
    expect(results.filter(({ applied }) => applied)).toHaveLength(1);
    for await (const [key] of data.metadata.list('baseline-part:')) expect.fail(`${key} is left`);
  });

  it('leaves no value that a database could refuse for its size', async () => {
    const data = new SharedData();
    const store = new DyingStore(data);
    await store.ping();
    const sizes: number[] = [];
    Object.assign(store.dying, { onWrite: (value: string) => sizes.push(value.length) });
    await store.baseline('1', many);
    expect(Math.max(...sizes)).toBeLessThan(110_000);
  });

  it('leaves a marker without the codes once they are marked', async () => {
    const data = new SharedData();
    await new WatchedStore(data).baseline('1', first);
    const key = 'baseline:1';
    const marker = JSON.parse((await data.metadata.get([key])).get(key)!) as { state: string; codes: string[] };
    expect(marker).toMatchObject({ state: 'done', codes: [] });
  });
});

describe('a baseline mark that cannot be read', () => {
  it.for(['{', '"done"', '{"by":"x","state":"half","codes":[]}', '{"by":"x","state":"pending"}'])(
    'is damage, not a missing baseline: %s',
    async (text) => {
      const data = new SharedData();
      await data.metadata.set(new Map([['baseline:1', text]]));
      const store = new WatchedStore(data);
      await expect(store.baseline('1', ['A'])).rejects.toMatchObject({
        code: 'STORE_DAMAGED',
        message: expect.stringContaining('guild 1') as string,
      });
      expect(await store.filterUnsent('1', ['A'])).toEqual(['A']);
    },
  );
});

describe('clearing a guild', () => {
  it('that a crash interrupts does not make it a guild without a past', async () => {
    const data = new SharedData();
    await new WatchedStore(data).baseline('1', first);
    const dying = new DyingStore(data);
    await dying.ping();
    Object.assign(dying.dying, { accesses: 0, dieAt: 1 });
    await expect(dying.clearGuild('1')).rejects.toThrow('killed');
    const next = new WatchedStore(data);
    expect(await next.baseline('1', second)).toEqual({ applied: false, marked: [] });
    await next.clearGuild('1');
    expect((await next.baseline('1', second)).applied).toBe(true);
  });
});
