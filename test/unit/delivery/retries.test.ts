import { describe, expect, it } from 'vitest';
import { sendOnce } from '../../../src/delivery/send-once.js';
import type { SendOnceOptions } from '../../../src/delivery/options.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = 'g';
const failure = new Error('reset');

function failing(): Recorder {
  return new Recorder(() => Promise.reject(failure));
}

/** A store in which a message with these codes may have arrived, and that message's id. */
async function uncertainMessage(
  codes: string[],
  options: Partial<SendOnceOptions> = {},
  store = new MemoryStore(),
): Promise<[MemoryStore, string]> {
  const first = failing();
  await sendOnce(store, { guildId, codes, send: first.send, ...options });
  return [store, first.messages.at(-1)!.context.messageId];
}

describe("onUncertain: 'retry'", () => {
  it('sends the message again under its id, and says that it is a retry', async () => {
    const [store, messageId] = await uncertainMessage(['A']);
    const retry = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A'], send: retry.send, onUncertain: 'retry' });
    expect(retry.messages[0]?.context).toMatchObject({ messageId, attempt: 2 });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'sent', messageId, attempt: 2 });
    expect(await store.isSent(guildId, 'A')).toBe(true);
  });

  it('sends it as it first was: not with what is new today, in the first order, and before it', async () => {
    const [store, messageId] = await uncertainMessage(['A', 'B']);
    const retry = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['C', 'b', 'a'], send: retry.send, onUncertain: 'retry' });
    expect(retry.sent).toEqual([['a', 'b'], ['C']]);
    expect(retry.messages.map(({ context }) => context.messageId === messageId)).toEqual([true, false]);
    expect(statuses(report)).toEqual({ A: 'sent', B: 'sent', C: 'sent' });
  });

  it("sends it whole also under messages: 'each' and maxPerMessage", async () => {
    const [store] = await uncertainMessage(['A', 'B', 'C']);
    const retry = new Recorder();
    const options = { guildId, codes: ['A', 'B', 'C', 'D', 'E'], onUncertain: 'retry' as const, maxPerMessage: 1 };
    await sendOnce(store, { ...options, send: retry.send });
    expect(retry.sent).toEqual([['A', 'B', 'C'], ['D'], ['E']]);
  });

  it('gives send the objects that are offered now', async () => {
    const [store] = await uncertainMessage(['a', 'b']);
    const items = [{ code: 'B' }, { code: 'A' }];
    const retry = new Recorder<{ code: string }>();
    await sendOnce(store, { guildId, codes: items, codeOf: (item) => item.code, send: retry.send, onUncertain: 'retry' });
    expect(retry.sent[0]?.[0]).toBe(items[1]);
    expect(retry.sent[0]?.[1]).toBe(items[0]);
  });

  it('a message with a code that is not offered now is held', async () => {
    const [store] = await uncertainMessage(['A', 'B']);
    const retry = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A', 'C'], send: retry.send, onUncertain: 'retry' });
    expect(retry.sent).toEqual([['C']]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'incomplete' });
    const dry = await sendOnce(store, { guildId, codes: ['A'], send: retry.send, onUncertain: 'retry', dryRun: true });
    expect(entryOf(dry, 'A')).toMatchObject({ status: 'uncertain', reason: 'incomplete' });
    expect(Object.fromEntries(await store.states(guildId, ['A', 'B']))).toEqual({ A: 'uncertain', B: 'uncertain' });
  });

  it.each(['sent', 'not-sent'] as const)('a message of which a code was resolved as %s is held', async (as) => {
    const [store] = await uncertainMessage(['A', 'B']);
    await store.resolveUncertain(guildId, ['A'], as);
    const retry = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A', 'B'], send: retry.send, onUncertain: 'retry' });
    expect(retry.sent).toEqual(as === 'sent' ? [] : [['A']]);
    expect(entryOf(report, 'B')).toMatchObject({ status: 'uncertain', reason: 'incomplete' });
  });

  it('a message that ends uncertain in this call is left to the next', async () => {
    const store = new MemoryStore();
    const first = failing();
    await sendOnce(store, { guildId, codes: ['A'], send: first.send, onUncertain: 'retry' });
    expect(first.sent).toEqual([['A']]);
    await sendOnce(store, { guildId, codes: ['A'], send: first.send, onUncertain: 'retry' });
    expect(first.messages.map(({ context }) => context.attempt)).toEqual([1, 2]);
  });

  it('a retry that fails as "not sent" leaves the code uncertain, because the first try may have arrived, and the report says so', async () => {
    const [store, messageId] = await uncertainMessage(['A']);
    const seen: boolean[] = [];
    const report = await sendOnce(store, {
      guildId,
      codes: ['A'],
      send: failing().send,
      onUncertain: 'retry',
      classifyError: (_, { resend }) => (seen.push(resend), { outcome: 'not-sent', permanent: true }),
    });
    expect(seen).toEqual([true]);
    expect(entryOf(report, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'send',
      messageId,
      attempt: 2,
      error: failure,
      permanent: true,
    });
    expect((await store.states(guildId, ['A'])).get('A')).toBe('uncertain');
  });

  it('a crash leaves a claim that runs out into uncertain, found by whoever asks next', async () => {
    const time = new ManualTime();
    const store = new MemoryStore({ clock: time });
    const { claim } = await store.claim(guildId, ['A']);
    const retry = new Recorder();
    const options = { guildId, codes: ['A'], onUncertain: 'retry' as const, clock: time, schedule: time.schedule };
    expect(statuses(await sendOnce(store, { ...options, send: retry.send }))).toEqual({ A: 'held-elsewhere' });
    time.stop(60_000);
    expect(statuses(await sendOnce(store, { ...options, send: retry.send }))).toEqual({ A: 'sent' });
    expect(retry.messages[0]?.context.messageId).toBe(claim!.messageId);
  });

  it('messages are taken one at a time, the oldest first', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    await uncertainMessage(['B'], {}, inner);
    time.stop(1000);
    await uncertainMessage(['A'], {}, inner);
    const store = intercept(inner, {
      // In no promised order.
      listUncertain: async function* (list, ...args) {
        const all = [];
        for await (const code of list(...args)) all.push(code);
        yield* all.sort((a, b) => a.code.localeCompare(b.code));
      },
    });
    const seen: Record<string, string>[] = [];
    const retry = new Recorder(async () => void seen.push(Object.fromEntries(await inner.states(guildId, ['A', 'B']))));
    const options = { guildId, codes: ['A', 'B'], onUncertain: 'retry' as const, clock: time, schedule: time.schedule };
    await sendOnce(store, { ...options, send: retry.send });
    expect(seen).toEqual([
      { A: 'uncertain', B: 'claimed' },
      { A: 'claimed', B: 'sent' },
    ]);
  });

  it('of two that retry the same message at once, one does', async () => {
    const [store] = await uncertainMessage(['A', 'B']);
    const retry = new Recorder(() => new Promise((resolve) => setImmediate(resolve)));
    const options = { guildId, codes: ['A', 'B'], send: retry.send, onUncertain: 'retry' as const };
    const reports = await Promise.all([sendOnce(store, options), sendOnce(store, options), sendOnce(store, options)]);
    expect(retry.sent).toEqual([['A', 'B']]);
    expect(reports.map((report) => report.counts.sent).sort()).toEqual([0, 0, 2]);
  });

  it('a message that somebody else has just taken is held', async () => {
    const [inner] = await uncertainMessage(['A']);
    const store = intercept(inner, { takeUncertain: async () => [] });
    const report = await sendOnce(store, { guildId, codes: ['A'], send: new Recorder().send, onUncertain: 'retry' });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'incomplete' });
  });

  it('an abort after a message was taken gives it back as uncertain', async () => {
    const [inner] = await uncertainMessage(['A']);
    const abort = new AbortController();
    const store = intercept(inner, {
      takeUncertain: async (take, ...args) => {
        const claims = await take(...args);
        abort.abort();
        return claims;
      },
    });
    const retry = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A'], send: retry.send, onUncertain: 'retry', signal: abort.signal });
    expect(retry.sent).toEqual([]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'held', error: { code: 'ABORTED' } });
    expect((await inner.states(guildId, ['A'])).get('A')).toBe('uncertain');
  });

  it('a store that fails between two retries: the report has its error for the messages that were left', async () => {
    const inner = new MemoryStore();
    await uncertainMessage(['A'], {}, inner);
    await uncertainMessage(['B'], {}, inner);
    let takes = 0;
    const store = intercept(inner, {
      takeUncertain: (take, ...args) => ((takes += 1) === 2 ? Promise.reject(failure) : take(...args)),
    });
    const options = { guildId, codes: ['A', 'B', 'C'], onUncertain: 'retry' as const };
    const report = await sendOnce(store, { ...options, send: new Recorder().send });
    expect(entryOf(report, 'A').status).toBe('sent');
    expect(entryOf(report, 'B')).toEqual({ ...entryOf(report, 'B'), status: 'uncertain', reason: 'held', error: failure });
    expect(entryOf(report, 'C')).toMatchObject({ status: 'failed', reason: 'store', error: failure });
  });

  it('an abort between two retries: the report says why the second was held', async () => {
    const store = new MemoryStore();
    await uncertainMessage(['A'], {}, store);
    await uncertainMessage(['B'], {}, store);
    const abort = new AbortController();
    const retry = new Recorder(() => abort.abort());
    const options = { guildId, codes: ['A', 'B'], onUncertain: 'retry' as const, signal: abort.signal };
    const watched = intercept(store);
    const report = await sendOnce(watched, { ...options, send: retry.send });
    expect(retry.sent).toEqual([['A']]);
    expect(watched.calls.filter((call) => call === 'takeUncertain')).toHaveLength(1);
    expect(entryOf(report, 'B')).toMatchObject({ status: 'uncertain', reason: 'held', error: { code: 'ABORTED' } });
  });

  it('where nothing is uncertain, it costs nothing', async () => {
    const store = intercept(new MemoryStore());
    await sendOnce(store, { guildId, codes: ['A'], send: new Recorder().send, onUncertain: 'retry' });
    expect(store.calls).toEqual(['states', 'claim', 'confirm']);
  });
});

describe('retryWithinMs', () => {
  it('holds messages whose first try is longer ago, counted from the first try', async () => {
    const time = new ManualTime();
    const [store] = await uncertainMessage(['A'], {}, new MemoryStore({ clock: time }));
    const retry = failing();
    const options = { guildId, codes: ['A'], send: retry.send, onUncertain: 'retry' as const, retryWithinMs: 60_000 };
    time.stop(59_000);
    await sendOnce(store, { ...options, clock: time });
    expect(retry.sent).toHaveLength(1);
    time.stop(2000);
    const report = await sendOnce(store, { ...options, clock: time });
    expect(retry.sent).toHaveLength(1);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'too-old' });
    const dry = await sendOnce(store, { ...options, clock: time, dryRun: true });
    expect(entryOf(dry, 'A')).toMatchObject({ status: 'uncertain', reason: 'too-old' });
  });

  it.each([null, -1, 60_001])('holds as too old a message of an age of %s', async (ageMs) => {
    const [inner] = await uncertainMessage(['A']);
    const store = intercept(inner, {
      listUncertain: async function* (list, ...args) {
        for await (const code of list(...args)) yield { ...code, ageMs };
      },
    });
    const options = { guildId, codes: ['A'], onUncertain: 'retry' as const, retryWithinMs: 60_000 };
    const report = await sendOnce(store, { ...options, send: new Recorder().send });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'too-old' });
    expect(store.calls).not.toContain('takeUncertain');
  });

  it('and leaseMs are told to the store that gives the message', async () => {
    const [inner] = await uncertainMessage(['A']);
    const asked: unknown[] = [];
    const store = intercept(inner, { takeUncertain: (take, ...args) => (asked.push(args[1]), take(...args)) });
    const options = { guildId, codes: ['A'], onUncertain: 'retry' as const, retryWithinMs: 60_000, leaseMs: 9000 };
    await sendOnce(store, { ...options, send: new Recorder().send });
    expect(asked).toEqual([{ codes: ['A'], withinMs: 60_000, leaseMs: 9000 }]);
  });

  it('is decided by the store where the two could differ', async () => {
    const time = new ManualTime();
    const [inner] = await uncertainMessage(['A'], {}, new MemoryStore({ clock: time }));
    const store = intercept(inner, {
      takeUncertain: (take, ...args) => {
        time.stop(100_000);
        return take(...args);
      },
    });
    const retry = new Recorder();
    const options = { guildId, codes: ['A'], send: retry.send, onUncertain: 'retry' as const, retryWithinMs: 60_000 };
    await sendOnce(store, { ...options, clock: time });
    expect(retry.sent).toEqual([]);
  });
});
