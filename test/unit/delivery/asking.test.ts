import { describe, expect, it, vi } from 'vitest';
import { AskMemory } from '../../../src/delivery/ask-memory.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { DeliveryEvidence, FindDelivery, UncertainMessage } from '../../../src/delivery/find-delivery.js';
import type { SendOnceOptions } from '../../../src/delivery/options.js';
import type { SendReport } from '../../../src/delivery/report.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { deferred } from '../../support/delivery/deferred.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = 'g';
const SETTLED_MS = 30_000;

/** A store in which one message may have arrived, and a bot that can ask. */
class World {
  readonly time = new ManualTime();
  store: SentCodeStore = new MemoryStore({ clock: this.time });
  readonly asked: UncertainMessage<string>[] = [];
  readonly events: DeliveryEvent[] = [];
  readonly sends = new Recorder();
  messageId = '';

  async lose(codes: string[], options: Partial<SendOnceOptions> = {}): Promise<void> {
    const first = new Recorder(() => Promise.reject(new Error('reset')));
    await this.offer(codes, 'uncertain', { send: first.send, findDelivery: async () => 'uncertain', ...options });
    this.messageId = first.messages.at(-1)!.context.messageId;
  }

  offer(
    codes: string[],
    answer: Awaited<ReturnType<FindDelivery<string>>>,
    options: Partial<SendOnceOptions> = {},
  ): Promise<SendReport> {
    return sendOnce(this.store, {
      guildId,
      codes,
      send: this.sends.send,
      findDelivery: async (message) => {
        this.asked.push(message);
        return answer;
      },
      onEvent: (event) => this.events.push(event),
      clock: this.time,
      schedule: this.time.schedule,
      ...options,
    });
  }

  states(...codes: string[]): Promise<Record<string, string>> {
    return this.store.states(guildId, codes).then((states) => Object.fromEntries(states));
  }
}

async function lost(codes: string[], options: Partial<SendOnceOptions> = {}): Promise<World> {
  const world = new World();
  await world.lose(codes, options);
  await world.time.pass(SETTLED_MS);
  return world;
}

it.each([
  ['question to', 5000, 0],
  ['answer of', 0, 5000],
])('the span of the tries holds the tries, however long the %s the store was on its way', async (_, before, after) => {
  const world = new World();
  const began = world.time.now();
  await world.lose(['A']);
  const ended = world.time.now();
  await world.time.pass(SETTLED_MS);
  world.store = intercept(world.store, {
    takeUncertain: async (call, ...args) => {
      await world.time.pass(before);
      const taken = await call(...args);
      await world.time.pass(after);
      return taken;
    },
  });
  await world.offer(['A'], 'uncertain');
  expect(world.asked[0]!.firstTriedAt!.getTime()).toBeLessThanOrEqual(began);
  expect(world.asked[0]!.lastTriedAt!.getTime()).toBeGreaterThanOrEqual(ended);
});

describe('findDelivery', () => {
  it('is told what is known of the message', async () => {
    const world = new World();
    const begun = world.time.now();
    await world.lose(['a', 'b'], { target: 'channel 1' });
    await world.time.pass(SETTLED_MS);
    await world.offer(['b', 'c'], 'uncertain', { target: 'channel 2' });
    expect(world.asked).toMatchObject([
      {
        ...{ guildId, messageId: world.messageId, target: 'channel 1', codes: ['a', 'b'], items: ['b'], attempt: 1 },
        ...{ settleMs: SETTLED_MS, identity: { name: 'gift-code' } },
        firstTriedAt: new Date(begun),
        lastTriedAt: new Date(begun),
      },
    ]);
  });

  it('records what was found, with its receipt and time, and sends nothing', async () => {
    const world = await lost(['A', 'B']);
    const sentAt = new Date(5);
    const report = await world.offer(['A', 'B'], { outcome: 'sent', receipt: 'c/1', sentAt }, { source: 'api' });
    expect(world.sends.sent).toEqual([]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'sent', found: true, messageId: world.messageId, attempt: 1 });
    expect((await world.store.getSent(guildId, ['A', 'B'])).get('B')).toMatchObject({ receipt: 'c/1', sentAt, source: 'api' });
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'asked', outcome: 'sent', codes: ['A', 'B'] }));
    expect(world.time.waiting).toBe(0);
  });

  it('takes the end of the last try for the time of a message that was found without one', async () => {
    const world = await lost(['A']);
    await world.offer(['A'], 'sent');
    const sentAt = new Date(world.time.now() - SETTLED_MS);
    expect((await world.store.getSent(guildId, ['A'])).get('A')).toMatchObject({ sentAt, receipt: null });
  });

  it('lets a message that did not arrive be sent at once, as a first try under its id', async () => {
    const world = await lost(['A', 'B']);
    const report = await world.offer(['B', 'A', 'C'], 'not-sent', { target: 'channel 2' });
    expect(world.sends.sent).toEqual([['C'], ['A', 'B']]);
    expect(world.sends.messages[1]?.context).toMatchObject({ messageId: world.messageId, attempt: 1, target: 'channel 2' });
    expect(statuses(report)).toEqual({ A: 'sent', B: 'sent', C: 'sent' });
  });

  it('sends what is left of a message that did not arrive as another message, where some of it was marked meanwhile', async () => {
    const world = await lost(['A', 'B']);
    world.store = intercept(world.store, {
      restart: async (call, ...args) => {
        await world.store.markSent(guildId, ['A']);
        return call(...args);
      },
    });
    const report = await world.offer(['A', 'B'], 'not-sent');
    expect(world.sends.sent).toEqual([['B']]);
    expect(world.sends.messages[0]?.context.messageId).not.toBe(world.messageId);
    expect(statuses(report)).toMatchObject({ B: 'sent' });
  });

  it('leaves a message to whoever took it over before it could be sent anew, and says so', async () => {
    const world = await lost(['A']);
    world.store = intercept(world.store, {
      restart: async (call, ...args) => {
        world.time.stop(60_000_000);
        await world.store.takeUncertain(guildId);
        return call(...args);
      },
    });
    const report = await world.offer(['A'], 'not-sent');
    const detail = 'somebody else took the message over while the platform was asked';
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'no-evidence', detail });
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'asked', outcome: 'uncertain', detail }));
    expect(world.sends.sent).toEqual([]);
  });

  it.each<[string, () => Promise<DeliveryEvidence>, object]>([
    ['the reason that it was given', async () => ({ outcome: 'uncertain', reason: 'no history' }), { detail: 'no history' }],
    ['the error', () => Promise.reject(new Error('down')), { detail: 'down', error: { message: 'down' } }],
  ])('tells onEvent %s', async (_, findDelivery, expected) => {
    const world = await lost(['A']);
    world.events.length = 0;
    await world.offer(['A'], 'sent', { findDelivery });
    const nextAskAt = new Date(world.time.now() + 60_000);
    expect(world.events).toMatchObject([{ type: 'asked', outcome: 'uncertain', codes: ['A'], nextAskAt, ...expected }]);
  });

  it('leaves a message uncertain that was found and that the store does not take', async () => {
    const world = await lost(['A']);
    const away = new Error('away');
    world.store = intercept(world.store, { confirm: () => Promise.reject(away) });
    const asking = world.offer(['A'], 'sent');
    await world.time.pass(10_000);
    const expected = { code: 'MARK_FAILED_AFTER_SEND', cause: away };
    const { messageId } = world;
    expect(entryOf(await asking, 'A')).toMatchObject({ status: 'uncertain', reason: 'not-recorded', messageId, error: expected });
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'ask-failed', guildId }));
    expect(world.sends.sent).toEqual([]);
  });

  it('keeps where a message was sent anew that is lost again', async () => {
    const world = await lost(['A'], { target: 'channel 1' });
    const lose = new Recorder(() => Promise.reject(new Error('reset')));
    await world.offer(['A'], 'not-sent', { target: 'channel 2', send: lose.send });
    await world.time.pass(SETTLED_MS);
    await world.offer(['A'], 'uncertain');
    expect(world.asked.at(-1)).toMatchObject({ target: 'channel 2', attempt: 1, lastTriedAt: world.asked.at(-1)?.firstTriedAt });
  });

  it('is told where a message went whose guild moved while it was sent', async () => {
    const world = new World();
    let channel = 1;
    const lose = new Recorder(() => {
      channel += 1;
      return Promise.reject(new Error('reset'));
    });
    const moving = { target: () => `channel ${channel}`, send: lose.send, messages: 'each' } as const;
    const store = world.store;
    world.store = intercept(store, {
      claim: async (call, ...args) => {
        const result = await call(...args);
        channel += 1;
        return result;
      },
    });
    await world.offer(['A', 'B'], 'uncertain', moving);
    expect(lose.messages.map(({ context }) => context.target)).toEqual(['channel 1', 'channel 3']);
    world.store = store;
    await world.time.pass(SETTLED_MS);
    await world.offer(['A', 'B'], 'uncertain', { target: () => `channel ${channel}` });
    expect(world.asked.map(({ codes, target }) => [...codes, target])).toEqual([
      ['A', 'channel 1'],
      ['B', 'channel 3'],
    ]);
  });

  it('frees codes that are not offered any more, and what is left of a message that is not whole', async () => {
    const world = await lost(['A', 'B']);
    const report = await world.offer(['B'], 'not-sent');
    expect(world.sends.sent).toEqual([['B']]);
    expect(world.sends.messages[0]?.context.messageId).not.toBe(world.messageId);
    expect(statuses(report)).toEqual({ B: 'sent' });
    expect(await world.states('A', 'B')).toEqual({ A: 'absent', B: 'sent' });
  });

  it('has its answer in the report though the store fails before what it freed is sent', async () => {
    const world = await lost(['A', 'B']);
    const away = new Error('away');
    world.store = intercept(world.store, { claim: () => Promise.reject(away) });
    const report = await world.offer(['B'], 'not-sent');
    expect(entryOf(report, 'B')).toMatchObject({ status: 'failed', reason: 'store', error: away });
    expect(await world.states('A', 'B')).toEqual({ A: 'absent', B: 'absent' });
  });

  it('decides codes of which none is offered, also in a call without any', async () => {
    const world = await lost(['A']);
    await world.offer([], 'not-sent');
    expect(await world.states('A')).toEqual({ A: 'absent' });
    expect(world.asked).toMatchObject([{ codes: ['A'], items: [] }]);
  });

  it('is not called before a request that was cut off can have arrived', async () => {
    const world = new World();
    await world.lose(['A']);
    await world.time.pass(SETTLED_MS - 1);
    const report = await world.offer(['A'], 'not-sent');
    expect(entryOf(report, 'A')).toMatchObject({
      ...{ status: 'uncertain', reason: 'unsettled', nextAskAt: new Date(world.time.now() + 1) },
    });
    expect(world.asked).toEqual([]);
    await world.time.pass(1);
    await world.offer(['A'], 'sent');
    expect(world.asked).toHaveLength(1);
  });

  it('waits settleMs, as it is given', async () => {
    const world = new World();
    await world.lose(['A']);
    await world.time.pass(999);
    expect(entryOf(await world.offer(['A'], 'sent', { settleMs: 1000 }), 'A')).toMatchObject({ reason: 'unsettled' });
    await world.time.pass(1);
    expect(entryOf(await world.offer(['A'], 'sent', { settleMs: 1000 }), 'A')).toMatchObject({ status: 'sent' });
  });

  it('is called again in growing pauses where it does not know: from a minute to an hour', async () => {
    const world = await lost(['A']);
    const minutes: number[] = [];
    for (let minute = 0; minute < 200; minute += 1) {
      const before = world.asked.length;
      const report = await world.offer(['A'], { outcome: 'uncertain', reason: 'no history' });
      if (world.asked.length > before) minutes.push(minute);
      expect(entryOf(report, 'A')).toMatchObject({
        status: 'uncertain',
        reason: 'no-evidence',
        nextAskAt: expect.any(Date) as Date,
      });
      await world.time.pass(60_000);
    }
    expect(minutes).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(world.asked.at(-1)).toMatchObject({ attempt: 1, firstTriedAt: world.asked[0]?.firstTriedAt });
  });

  it.each<[string, unknown, object]>([
    ['throws', new Error('down'), { detail: 'down' }],
    ['answers nonsense', 'perhaps', { error: { code: 'INVALID_OPTION' } }],
    ['answers nothing', undefined, { error: { code: 'INVALID_OPTION' } }],
    [
      'answers with a reason that says nothing',
      { outcome: 'uncertain', reason: '' },
      { detail: expect.stringMatching(/./) as string },
    ],
  ])('counts as "uncertain" where it %s', async (_, answer, expected) => {
    const world = await lost(['A']);
    const find = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as 'sent'));
    const report = await world.offer(['A'], 'sent', { findDelivery: find });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'no-evidence', ...expected });
    expect(world.sends.sent).toEqual([]);
    expect(await world.states('A')).toEqual({ A: 'uncertain' });
  });

  it('counts as "uncertain" after 30 s, and its signal fires; the lease is renewed meanwhile', async () => {
    const world = await lost(['A']);
    let signal: AbortSignal | undefined;
    const waiting = world.offer(['A'], 'sent', {
      leaseMs: 9000,
      findDelivery: (message) => {
        ({ signal } = message);
        return new Promise(() => undefined);
      },
    });
    await vi.waitFor(() => expect(signal).toBeDefined());
    await world.time.pass(29_999);
    expect(signal?.aborted).toBe(false);
    expect(await world.states('A')).toEqual({ A: 'claimed' });
    await world.time.pass(1);
    expect(entryOf(await waiting, 'A')).toMatchObject({ reason: 'no-evidence', error: { code: 'ABORTED' } });
    expect(signal?.aborted).toBe(true);
  });

  it('is not waited for where the call was aborted before it began', async () => {
    const world = await lost(['A']);
    const abort = new AbortController();
    world.store = intercept(world.store, {
      takeUncertain: async (call, ...args) => {
        const claims = await call(...args);
        abort.abort(new Error('shut down'));
        return claims;
      },
    });
    let calls = 0;
    const report = world.offer(['A'], 'uncertain', {
      signal: abort.signal,
      findDelivery: () => {
        calls += 1;
        return new Promise(() => undefined);
      },
    });
    await world.time.pass(120_000);
    expect(await world.states('A')).toEqual({ A: 'uncertain' });
    expect(entryOf(await report, 'A')).toMatchObject({ status: 'uncertain' });
    expect(calls).toBe(0);
  });

  it('discards "not-sent" where the lease was lost, and never "sent"', async () => {
    for (const [answer, state] of [
      ['not-sent', 'claimed'],
      ['sent', 'sent'],
    ] as const) {
      const world = await lost(['A']);
      await world.offer(['A'], 'sent', {
        findDelivery: async () => {
          world.time.stop(60_000_000);
          await world.store.takeUncertain(guildId);
          return answer;
        },
      });
      expect(world.sends.sent).toEqual([]);
      expect(await world.states('A')).toEqual({ A: state });
    }
  });

  it.each(['ageMs', 'idleMs'])('decides by finding alone what nobody knows the time of: no %s', async (time) => {
    for (const answer of ['not-sent', 'sent'] as const) {
      const world = await lost(['A']);
      world.store = intercept(world.store, {
        takeUncertain: async (take, ...args) => {
          const taken = await take(...args);
          return taken.map((claim) => ({ ...claim, [time]: null }));
        },
      });
      const report = await world.offer(['A'], answer);
      expect(entryOf(report, 'A')).toMatchObject(
        answer === 'sent' ? { status: 'sent', found: true } : { status: 'uncertain', reason: 'no-evidence' },
      );
      expect(world.asked[0]?.[time === 'ageMs' ? 'firstTriedAt' : 'lastTriedAt']).toBeNull();
      expect(world.sends.sent).toEqual([]);
    }
  });

  it.each([
    ['too long a receipt', { receipt: 'x'.repeat(201) }],
    ['an empty receipt', { receipt: '' }],
    ['a receipt that is no text', { receipt: 7 }],
    ['a date that is none', { sentAt: new Date(NaN) }],
    ['a time that is no date', { sentAt: 5 }],
  ])('is believed though it answers with %s', async (_, odd) => {
    const world = await lost(['A']);
    const report = await world.offer(['A'], { outcome: 'sent', ...odd } as DeliveryEvidence);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'sent', found: true });
    const sentAt = new Date(world.time.now() - SETTLED_MS);
    expect((await world.store.getSent(guildId, ['A'])).get('A')).toMatchObject({ receipt: null, sentAt });
  });

  it('looks whether somebody tried the message since it was listed', async () => {
    const world = await lost(['A']);
    const plain = world.store;
    world.store = intercept(world.store, {
      listUncertain: async function* (list, ...args) {
        yield* list(...args);
        const [retry] = await plain.takeUncertain(guildId);
        await plain.release(retry!, 'uncertain');
      },
    });
    expect(entryOf(await world.offer(['A'], 'not-sent'), 'A')).toMatchObject({ reason: 'unsettled' });
    expect(world.asked).toEqual([]);
    expect(world.sends.sent).toEqual([]);
  });

  it('is called once where two calls list a message, and the one that asks gets no answer', async () => {
    const world = await lost(['A']);
    const { store } = world;
    let endOfFirst: Promise<unknown> = Promise.resolve();
    world.store = intercept(store, {
      takeUncertain: async (call, ...args) => {
        await endOfFirst;
        return call(...args);
      },
    });
    const options = {
      findDelivery: (message: UncertainMessage<string>) => (world.asked.push(message), Promise.resolve('uncertain' as const)),
    };
    const gate = deferred();
    endOfFirst = gate.promise;
    const second = world.offer(['A'], 'uncertain', options);
    await world.time.pass(0);
    endOfFirst = Promise.resolve();
    await world.offer(['A'], 'uncertain', options);
    gate.resolve();
    expect(entryOf(await second, 'A')).toMatchObject({
      ...{ status: 'uncertain', reason: 'no-evidence' },
      nextAskAt: new Date(world.time.now() + 60_000),
    });
    expect(world.asked).toHaveLength(1);
    expect(await world.states('A')).toEqual({ A: 'uncertain' });
  });

  it('leaves a message where it is whose guild has no target any more', async () => {
    const world = await lost(['A']);
    const target = { now: 'channel 1' };
    const report = await world.offer(['A'], 'not-sent', {
      target: () => target.now,
      findDelivery: async () => {
        target.now = '';
        return 'not-sent';
      },
    });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'no-evidence', error: { code: 'INVALID_OPTION' } });
    expect(await world.states('A')).toEqual({ A: 'uncertain' });
  });

  it('is not called for what a retry decides, in a dry run, or for a guild that is left alone', async () => {
    const world = await lost(['A']);
    await world.offer(['A'], 'sent', { dryRun: true });
    await world.offer(['A'], 'sent', { onUncertain: 'retry', retryWithinMs: 60_000 });
    expect(world.asked).toEqual([]);
    expect(world.sends.sent).toEqual([['A']]);
    await world.lose(['B']);
    await world.time.pass(SETTLED_MS);
    const refuse = new Recorder(() => Promise.reject(new Error('403')));
    const classifyError = () => ({ outcome: 'not-sent', permanent: true }) as const;
    await world.offer(['C'], 'sent', { send: refuse.send, classifyError });
    expect(world.asked).toEqual([]);
    expect(await world.states('B')).toEqual({ B: 'uncertain' });
  });

  it('decides with retry what is too old, or was tried at another target', async () => {
    const world = await lost(['A'], { target: 'channel 1' });
    await world.offer(['A'], 'uncertain', { onUncertain: 'retry', retryWithinMs: 1000 });
    expect(world.asked).toHaveLength(1);
    const other = await lost(['A'], { target: 'channel 1' });
    await other.offer(['A'], 'sent', { onUncertain: 'retry', target: 'channel 2' });
    expect(other.asked).toMatchObject([{ target: 'channel 1' }]);
    expect(other.sends.sent).toEqual([]);
  });

  it('holds without findDelivery what was tried at another target', async () => {
    const world = await lost(['A'], { target: 'channel 1' });
    const options = { guildId, codes: ['A'], send: world.sends.send, onUncertain: 'retry', target: 'channel 2' } as const;
    expect(entryOf(await sendOnce(world.store, options), 'A')).toMatchObject({ status: 'uncertain', reason: 'other-target' });
    expect(entryOf(await sendOnce(world.store, { ...options, target: 'channel 1' }), 'A')).toMatchObject({ status: 'sent' });
  });

  it('tells whether a receipt is recorded, and reads the marks of the guild once', async () => {
    const world = await lost(['A']);
    await world.store.markSent(guildId, ['OLD'], { receipt: 'c/1' });
    const answers: boolean[] = [];
    let lists = 0;
    world.store = intercept(world.store, {
      listSent: (list, ...args) => {
        lists += 1;
        return list(...args);
      },
    });
    await world.offer(['A'], 'sent', {
      findDelivery: async ({ isRecorded }) => {
        answers.push(await isRecorded('c/1'), await isRecorded('c/2'));
        return 'uncertain';
      },
    });
    expect({ answers, lists }).toEqual({ answers: [true, false], lists: 1 });
  });

  it('looks for codes that are not offered once, while there are some, and every hour', async () => {
    const world = new World();
    let lists = 0;
    world.store = intercept(world.store, {
      listUncertain: (list, ...args) => {
        lists += 1;
        return list(...args);
      },
    });
    for (let round = 0; round < 3; round += 1) await world.offer(['A'], 'sent');
    expect(lists).toBe(1);
    await world.time.pass(3_600_000);
    await world.offer([], 'sent');
    expect(lists).toBe(2);
    await world.lose(['B']);
    await world.offer([], 'sent');
    await world.offer([], 'sent');
    expect(lists).toBe(4);
  });

  it('does not keep new codes from being sent where the store may not list or take', async () => {
    const world = await lost(['A']);
    world.store = intercept(world.store, { takeUncertain: () => Promise.reject(new Error('degraded')) });
    const report = await world.offer(['A', 'NEW'], 'sent');
    expect(world.sends.sent).toEqual([['NEW']]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'held', detail: 'degraded' });
    world.store = intercept(world.store, {
      listUncertain: async function* () {
        yield* [];
        throw new Error('degraded');
      },
    });
    await world.time.pass(3_600_000);
    expect(statuses(await world.offer(['NEWER'], 'sent'))).toEqual({ NEWER: 'sent' });
    const failed = world.events.filter(({ type }) => type === 'ask-failed');
    expect(failed).toMatchObject([{ guildId, error: { message: 'degraded' } }, { error: { message: 'degraded' } }]);
  });
});

describe('receiptOf', () => {
  it('gets what send resolved to, and its answer is kept with the codes', async () => {
    const world = new World();
    const send = async (): Promise<{ id: string }> => ({ id: '7' });
    await world.offer(['A', 'B'], 'sent', { send, receiptOf: (message: { id: string }) => `c/${message.id}` });
    expect((await world.store.getSent(guildId, ['B'])).get('B')?.receipt).toBe('c/7');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
      /receiptOf threw: bug/,
    ],
    ['rejects', () => Promise.reject(new Error('bug')) as never, /receiptOf returned/],
    ['is too long', () => 'x'.repeat(201), /receiptOf returned/],
  ])('that %s: the codes are marked without, and the process is warned', async (_, receiptOf, text) => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const world = new World();
    const report = await world.offer(['A'], 'sent', { receiptOf });
    await vi.waitFor(() => expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringMatching(text)));
    process.off('warning', listen);
    expect(statuses(report)).toEqual({ A: 'sent' });
    expect((await world.store.getSent(guildId, ['A'])).get('A')?.receipt).toBeNull();
  });
});

describe('the memory of what was asked', () => {
  const clock = new ManualTime();

  it('keeps one message beside another', () => {
    const memory = new AskMemory();
    for (const messageId of ['m1', 'm2']) memory.noteNoAnswer(messageId, clock);
    expect(['m1', 'm2', 'm3'].map((messageId) => memory.waitMs(messageId, clock))).toEqual([60_000, 60_000, 0]);
  });

  it('does not grow for ever: beyond 100 000 messages it begins anew', () => {
    const memory = new AskMemory();
    for (let message = 0; message < 100_000; message += 1) memory.noteNoAnswer(`m${message}`, clock);
    expect(memory.waitMs('m0', clock)).toBe(60_000);
    memory.noteNoAnswer('one more', clock);
    expect(['m0', 'one more'].map((messageId) => memory.waitMs(messageId, clock))).toEqual([0, 60_000]);
  });
});
