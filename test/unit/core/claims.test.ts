import { describe, expect, it } from 'vitest';
import type { CodeKey } from '../../../src/domain/codes.js';
import type { CodeRecord } from '../../../src/domain/record.js';
import { AbstractSentCodeStore } from '../../../src/core/abstract-store.js';
import type { ClaimWrite, Settlement } from '../../../src/core/driver.js';
import { MemoryDriver } from '../../../src/stores/memory/memory-driver.js';

/** A store whose claim is written and whose answer is late, or never comes. */
class SlowDriver extends MemoryDriver {
  time = 0;
  answerAfterMs = 0;
  sentMeanwhile: readonly CodeKey[] = [];
  failing: 'nothing' | 'the answer of a claim' | 'everything after a claim' = 'nothing';

  override async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    await this.markRecords(this.sentMeanwhile.map((key) => ({ ...key, source: 'api', sentAt: 1 })));
    await super.claimRecords(claim);
    this.time += this.answerAfterMs;
    if (this.failing !== 'nothing') throw new Error('the answer was lost');
    return this.readRecords(claim.holds.map(({ code }) => ({ guildId: claim.guildId, code })));
  }

  override async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    if (this.failing === 'everything after a claim') throw new Error('away');
    await super.settleRecords(changes);
    this.time += this.answerAfterMs;
    return this.readRecords(changes);
  }
}

class SlowAnswers extends AbstractSentCodeStore<SlowDriver> {
  constructor() {
    const clock = { now: () => 1e12 + this.driver.time, monotonic: () => this.driver.time };
    super((settings) => new SlowDriver(settings), { clock }, 'SlowAnswers');
  }

  get slow(): SlowDriver {
    return this.driver;
  }
}

describe('a claim that its caller never gets', () => {
  it('is given back if its answer was lost: nobody knows the token, so nobody has sent', async () => {
    const store = new SlowAnswers();
    store.slow.failing = 'the answer of a claim';
    await expect(store.claim('1', ['a'])).rejects.toThrow('the answer was lost');
    expect(await store.filterUnsent('1', ['a'])).toEqual(['a']);
  });

  it('becomes uncertain if it cannot be given back, and the first failure is told', async () => {
    const store = new SlowAnswers();
    store.slow.failing = 'everything after a claim';
    await expect(store.claim('1', ['a'])).rejects.toThrow('the answer was lost');
    store.slow.time += 60_000;
    expect(await store.states('1', ['a'])).toEqual(new Map([['a', 'uncertain']]));
  });

  it('is given back, and not handed out, if its lease is over when the answer comes', async () => {
    const store = new SlowAnswers();
    store.slow.answerAfterMs = 1000;
    const result = await store.claim('1', ['a'], { leaseMs: 1000 });
    expect(result).toEqual({ claimed: [], alreadySent: [], heldElsewhere: ['a'], uncertain: [] });
    expect(await store.filterUnsent('1', ['a'])).toEqual(['a']);
  });

  it('says of a code that somebody marked meanwhile that it is sent', async () => {
    const store = new SlowAnswers();
    store.slow.answerAfterMs = 1000;
    store.slow.sentMeanwhile = [{ guildId: '1', code: 'B' }];
    const result = await store.claim('1', ['a', 'b'], { leaseMs: 1000 });
    expect(result).toEqual({ claimed: [], alreadySent: ['b'], heldElsewhere: ['a'], uncertain: [] });
  });
});

it('a message that was taken over is not handed out if its lease is over when the answer comes', async () => {
  const store = new SlowAnswers();
  await store.claim('1', ['a']);
  store.slow.time += 60_000;
  store.slow.answerAfterMs = 1000;
  expect(await store.takeUncertain('1', { leaseMs: 1000 })).toEqual([]);
  store.slow.answerAfterMs = 0;
  expect(await store.takeUncertain('1', { leaseMs: 1000 })).toMatchObject([{ codes: ['a'], attempt: 3 }]);
});

it('a retry that ended uncertain after somebody had decided on the try before is not freed by that decision', async () => {
  const store = new SlowAnswers();
  await store.claim('1', ['a']);
  store.slow.time += 60_000;
  const decided = store.resolveUncertain('1', ['a'], 'not-sent');
  const [retry] = await store.takeUncertain('1');
  // Whichever of the two was first: never a code that is free while its retry is out.
  const state = (await store.states('1', ['a'])).get('a');
  expect([await decided, retry === undefined, state]).toEqual(retry === undefined ? [1, true, 'absent'] : [0, false, 'claimed']);
});
