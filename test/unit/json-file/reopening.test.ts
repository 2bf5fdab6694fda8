import { describe, expect, it } from 'vitest';
import { collect, FOLD_NEVER, makeStore, TestClock, withStore } from '../../support/json-file/stores.js';
import { compact } from '../../support/json-file/sample-store.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import path from 'node:path';

describe.each(['from the journal', 'from the snapshot'])('a claim that is found when the store opens, %s', (where) => {
  /** Ends the first process: its monotonic clock means nothing to the second. */
  async function reopened(first: TestClock, folder: string, passedMs: number): Promise<TestClock> {
    if (where === 'from the snapshot') await compact(path.join(folder, 'sent.json'), first);
    const clock = new TestClock();
    clock.wall = first.wall + passedMs;
    clock.steady = 77;
    return clock;
  }

  it('is uncertain, whole, and as old as it is', async () => {
    const folder = tempFolder();
    const first = new TestClock();
    const claim = await withStore(
      folder,
      async (store) => {
        const { claim: made } = await store.claim('1', ['One', 'two', 'THREE'], { leaseMs: 86_400_000 });
        first.advance(500);
        return made!;
      },
      { clock: first },
      FOLD_NEVER,
    );
    const clock = await reopened(first, folder, 4000);
    const store = makeStore(folder, { clock });
    expect(await store.filterUnsent('1', ['one', 'TWO', 'three', 'four'])).toEqual(['four']);
    clock.advance(30);
    const listed = await collect(store.listUncertain());
    expect(listed.map(({ spelling }) => spelling).sort()).toEqual(['One', 'THREE', 'two']);
    for (const each of listed) expect(each).toMatchObject({ guildId: '1', messageId: claim.messageId, attempt: 1, ageMs: 4530 });
    expect(await store.takeUncertain('1', { withinMs: 4529 })).toEqual([]);
    const [taken] = await store.takeUncertain('1', { withinMs: 4530 });
    expect(taken).toMatchObject({ codes: ['One', 'two', 'THREE'], messageId: claim.messageId, attempt: 2 });
  });

  it('keeps its token, so that its owner may still say what became of it', async () => {
    const folder = tempFolder();
    const first = new TestClock();
    const claim = await withStore(
      folder,
      async (store) => (await store.claim('1', ['A', 'B'])).claim!,
      { clock: first },
      FOLD_NEVER,
    );
    const store = makeStore(folder, { clock: await reopened(first, folder, 10) });
    expect(await store.renew(claim)).toEqual(claim);
    expect(Object.fromEntries(await store.states('1', ['A', 'B']))).toEqual({ A: 'claimed', B: 'claimed' });
    expect(await store.confirm(claim, ['A'])).toMatchObject({ marked: ['A'], leaseLost: false });
    await store.release(claim, 'not-sent', ['B']);
    expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
  });

  it('has an age below zero if the wall clock was set back, and is not taken for a young one', async () => {
    const folder = tempFolder();
    const first = new TestClock();
    await withStore(folder, async (store) => store.claim('1', ['A']), { clock: first }, FOLD_NEVER);
    const store = makeStore(folder, { clock: await reopened(first, folder, -60_000) });
    expect(await collect(store.listUncertain())).toMatchObject([{ ageMs: -60_000 }]);
    expect(await store.takeUncertain('1', { withinMs: 1000 })).toEqual([]);
    expect(await store.takeUncertain('1')).toHaveLength(1);
  });

  it('keeps its first try through a takeover and another reopening', async () => {
    const folder = tempFolder();
    const first = new TestClock();
    await withStore(folder, async (store) => store.claim('1', ['A']), { clock: first }, FOLD_NEVER);
    const second = await reopened(first, folder, 1000);
    await withStore(folder, async (store) => store.takeUncertain('1'), { clock: second }, FOLD_NEVER);
    const store = makeStore(folder, { clock: await reopened(second, folder, 1000) });
    expect(await collect(store.listUncertain('1'))).toMatchObject([{ ageMs: 2000, attempt: 2 }]);
  });
});

describe('a reopened store', () => {
  it('knows the identity that it was filled under', async () => {
    const folder = tempFolder();
    const exact = { name: 'exact', normalize: (code: string): string => code };
    await withStore(folder, (store) => store.markSent('1', ['a']), { identity: exact });
    const wrong = makeStore(folder);
    await expect(wrong.ping()).rejects.toMatchObject({ code: 'IDENTITY_MISMATCH' });
    // A refused opening leaves no lock.
    await withStore(folder, async (store) => expect(await store.filterUnsent('1', ['a', 'A'])).toEqual(['A']), {
      identity: exact,
    });
    await expect(makeStore(folder, { readOnly: true }).ping()).rejects.toMatchObject({ code: 'IDENTITY_MISMATCH' });
  });

  it('knows its baselines and everything else that it keeps of itself', async () => {
    const folder = tempFolder();
    for (const fold of [false, true]) {
      await withStore(folder, async (store) => {
        expect(await store.baseline('1', ['OLD'])).toEqual(
          fold ? { applied: false, marked: [] } : { applied: true, marked: ['OLD'] },
        );
      });
      if (!fold) await compact(path.join(folder, 'sent.json'));
    }
  });

  it('has lost what was forgotten, and keeps what was marked after that', async () => {
    const folder = tempFolder();
    await withStore(folder, async (store) => {
      await store.markSent('1', ['A', 'B', 'C']);
      await store.markSent('2', ['A']);
    });
    await compact(path.join(folder, 'sent.json'));
    await withStore(folder, async (store) => {
      expect(await store.forget('1', ['A', 'B', 'X'])).toBe(2);
      expect(await store.clearGuild('2')).toBe(1);
      await store.markSent('1', ['B'], { source: 'manual' });
      expect(await collect(store.listGuilds())).toEqual(['1']);
    });
    for (const fold of [false, true]) {
      if (fold) await compact(path.join(folder, 'sent.json'));
      await withStore(folder, async (store) => {
        expect(await store.filterUnsent('1', ['A', 'B', 'C'])).toEqual(['A']);
        expect(await collect(store.listGuilds())).toEqual(['1']);
        expect((await store.stats('1')).bySource).toEqual({ auto: 1, manual: 1 });
      });
    }
  });
});
