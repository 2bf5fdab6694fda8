import fc, { type Scheduler } from 'fast-check';
import type { Claim } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/stores/manual-clock.js';
import { ScheduledStore } from '../support/stores/scheduled-store.js';
import { SharedData, SharedMapStore } from '../support/stores/shared-map-store.js';

const GUILD = '1';
const LEASE_MS = 60_000;

/** Three processes on one data set whose steps come in any order, and a fourth that looks at it before and afterwards. */
interface World {
  readonly processes: readonly [ScheduledStore, ScheduledStore, ScheduledStore];
  readonly observer: SharedMapStore;
  readonly clock: ManualClock;
  /** Lets all calls run to their end, their steps in the order under test. */
  readonly run: <T>(calls: Promise<T>) => Promise<T>;
}

function world(scheduler: Scheduler): World {
  const data = new SharedData();
  const clock = new ManualClock();
  const process = (name: string): ScheduledStore => new ScheduledStore(scheduler, data, { name, clock });
  return {
    processes: [process('process 1'), process('process 2'), process('process 3')],
    observer: new SharedMapStore(data, { clock }),
    clock,
    run: (calls) => scheduler.waitFor(calls),
  };
}

function inAnyOrder(check: (world: World) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.scheduler(), (scheduler) => check(world(scheduler))),
    { numRuns: 300 },
  );
}

/** A claim, or `undefined` where the lease was lost. */
async function ifHeld(renewal: Promise<Claim>): Promise<Claim | undefined> {
  try {
    return await renewal;
  } catch (error) {
    expect(error).toMatchObject({ code: 'LEASE_LOST' });
    return undefined;
  }
}

describe('whatever the order of the steps of several processes', () => {
  it('a code has one claimant, and every claim is a whole message of the codes that it got', () =>
    inAnyOrder(async ({ processes: [one, two, three], observer, clock, run }) => {
      const results = await run(
        Promise.all([
          one.claim(GUILD, ['A', 'B', 'C', 'D']),
          two.claim(GUILD, ['D', 'C', 'B', 'E']),
          three.claim(GUILD, ['C', 'A', 'E']),
        ]),
      );
      const claims = results.flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
      expect(claims.flatMap(({ codes }) => codes).sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
      for (const claim of claims) expect(await observer.renew(claim)).toEqual(claim);
      clock.advance(2 * LEASE_MS);
      const taken = new Map((await observer.takeUncertain(GUILD)).map(({ messageId, codes }) => [messageId, codes]));
      expect(taken).toEqual(new Map(claims.map(({ messageId, codes }) => [messageId, codes])));
    }));

  it('no claim is given on a code that was sent or claimed, and none is left behind, where a mark comes in between', () =>
    inAnyOrder(async ({ processes: [one, two, three], observer, run }) => {
      const [first, second] = await run(
        Promise.all([one.claim(GUILD, ['A', 'B', 'C']), two.claim(GUILD, ['C', 'B']), three.markSent(GUILD, ['B'])]),
      );
      const claimed = [...first.claimed, ...second.claimed];
      expect(new Set(claimed).size).toBe(claimed.length);
      for (const [code, state] of await observer.states(GUILD, ['A', 'B', 'C'])) {
        if (code === 'B') expect(state).toBe('sent');
        else expect(state).toBe(claimed.includes(code) ? 'claimed' : 'absent');
      }
    }));

  it('a code is marked by one process', () =>
    inAnyOrder(async ({ processes: [one, two, three], observer, run }) => {
      const results = await run(
        Promise.all([
          one.markSent(GUILD, ['A', 'B', 'C']),
          two.markSent(GUILD, ['C', 'B', 'A']),
          three.markSentMany([{ guildId: GUILD, codes: ['B', 'D'] }]).then(([result]) => result!),
        ]),
      );
      expect(results.flatMap(({ marked }) => marked).sort()).toEqual(['A', 'B', 'C', 'D']);
      expect((await observer.stats(GUILD)).total).toBe(4);
    }));

  it('an uncertain message goes to one process, as a whole, whatever its old owner and people do meanwhile', () =>
    inAnyOrder(async ({ processes: [one, two, three], observer, clock, run }) => {
      const messages = [
        ['A', 'B', 'C'],
        ['E', 'D'],
        ['F', 'G'],
        ['H', 'I', 'J'],
      ];
      const old: Claim[] = [];
      for (const codes of messages) old.push((await observer.claim(GUILD, codes, { leaseMs: LEASE_MS })).claim!);
      clock.advance(2 * LEASE_MS);
      const [first, second, renewed] = await run(
        Promise.all([
          one.takeUncertain(GUILD),
          two.takeUncertain(GUILD),
          ifHeld(three.renew(old[0]!)),
          three.markSent(GUILD, ['D']),
          three.resolveUncertain(GUILD, ['G'], 'not-sent'),
        ]),
      );
      const taken = [...first, ...second];
      for (const { codes } of taken) expect(messages).toContainEqual(codes);
      expect(new Set(taken.map(({ messageId }) => messageId)).size).toBe(taken.length);
      const stillOwned = taken.filter(({ messageId }) => messageId === renewed?.messageId);
      expect(stillOwned).toEqual([]);
      // Who was given a message holds it, but for what was marked since.
      for (const claim of taken) {
        const held = await observer.renew(claim);
        expect(claim.codes.filter((code) => code !== 'D')).toEqual(held.codes.filter((code) => code !== 'D'));
      }
      // What nobody disturbed goes to somebody. What nobody got is uncertain: not free, and not held for nobody.
      const got = taken.flatMap(({ codes }) => codes);
      expect(got).toEqual(expect.arrayContaining(['H', 'I', 'J']));
      const states = await observer.states(GUILD, ['D', 'E', 'F']);
      for (const [code, state] of states) {
        expect(state).toBeOneOf(got.includes(code) ? ['claimed', 'sent'] : ['uncertain', 'sent']);
      }
      expect(await observer.filterUnsent(GUILD, ['A', 'B', 'C'])).toEqual([]);
    }));

  it('a confirm leaves its codes sent, whatever happens beside it', () =>
    inAnyOrder(async ({ processes: [one, two, three], observer, clock, run }) => {
      const claim = (await observer.claim(GUILD, ['A', 'B', 'C'], { leaseMs: LEASE_MS })).claim!;
      clock.advance(2 * LEASE_MS);
      await run(
        Promise.all([
          one.confirm(claim),
          one.release(claim, 'not-sent'),
          two.takeUncertain(GUILD),
          two.resolveUncertain(GUILD, ['A', 'C'], 'not-sent'),
          three.claim(GUILD, ['C', 'B', 'A']),
        ]),
      );
      expect([...(await observer.states(GUILD, ['A', 'B', 'C'])).values()]).toEqual(['sent', 'sent', 'sent']);
    }));

  it('a guild gets one baseline, and nothing of the others', () =>
    inAnyOrder(async ({ processes, observer, run }) => {
      const lists = [
        ['A', 'B', 'X'],
        ['B', 'C', 'Y'],
        ['C', 'A', 'Z'],
      ];
      const results = await run(Promise.all(processes.map((process, index) => process.baseline(GUILD, lists[index]!))));
      const winners = lists.filter((_, index) => results[index]!.applied);
      expect(winners).toHaveLength(1);
      const sent: string[] = [];
      for await (const { code } of observer.listSent(GUILD)) sent.push(code);
      expect(sent.sort()).toEqual([...winners[0]!].sort());
    }));
});
