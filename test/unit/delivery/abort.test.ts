import { describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { deferred, type Deferred } from '../../support/delivery/deferred.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = 'g';

describe('an abort', () => {
  it('before the start: nothing is asked, claimed or sent, and the report has every code', async () => {
    const store = intercept(new MemoryStore());
    const recorder = new Recorder();
    const reason = new Error('shutdown');
    const report = await sendOnce(store, { guildId, codes: ['A', ''], send: recorder.send, signal: AbortSignal.abort(reason) });
    expect(statuses(report)).toEqual({ A: 'failed', null: 'refused' });
    expect(entryOf(report, 'A')).toMatchObject({ reason: 'aborted', error: { code: 'ABORTED', cause: reason } });
    expect(store.calls).toEqual([]);
    expect(recorder.sent).toEqual([]);
  });

  it('between messages: the message under way is finished, the others are not claimed', async () => {
    const store = new MemoryStore();
    const abort = new AbortController();
    const recorder = new Recorder(() => abort.abort());
    const options = { guildId, codes: ['A', 'B', 'C'], messages: 'each' as const, signal: abort.signal };
    const report = await sendOnce(store, { ...options, send: recorder.send });
    expect(statuses(report)).toEqual({ A: 'sent', B: 'failed', C: 'failed' });
    expect(Object.fromEntries(await store.states(guildId, ['A', 'B', 'C']))).toEqual({ A: 'sent', B: 'absent', C: 'absent' });
  });

  it('leaves no timer of the messages that ended before', async () => {
    const time = new ManualTime();
    const abort = new AbortController();
    const recorder = new Recorder((_, [code]) => code === 'B' && abort.abort());
    const options = { guildId, codes: ['A', 'B'], messages: 'each' as const, signal: abort.signal };
    await sendOnce(new MemoryStore({ clock: time }), { ...options, send: recorder.send, clock: time, schedule: time.schedule });
    expect(recorder.sent).toEqual([['A'], ['B']]);
    expect(time.waiting).toBe(0);
  });

  it('while a message is being claimed: it is released', async () => {
    const inner = new MemoryStore();
    const abort = new AbortController();
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        abort.abort();
        return result;
      },
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A'], send: recorder.send, signal: abort.signal });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'aborted' });
    expect(recorder.sent).toEqual([]);
    expect((await inner.states(guildId, ['A'])).get('A')).toBe('absent');
  });

  it('while send runs: send gets the signal, and what it rejects with is classified as any error is', async () => {
    const store = new MemoryStore();
    const abort = new AbortController();
    const recorder = new Recorder(({ signal }) => {
      abort.abort(new Error('shutdown'));
      signal.throwIfAborted();
    });
    const report = await sendOnce(store, { guildId, codes: ['A'], send: recorder.send, signal: abort.signal });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'send', error: { message: 'shutdown' } });
  });
});

describe('a send that never settles', () => {
  function hanging(): {
    readonly time: ManualTime;
    readonly inner: MemoryStore;
    readonly events: DeliveryEvent[];
    readonly sending: Deferred;
    readonly abort: AbortController;
    readonly delivery: ReturnType<typeof sendOnce>;
  } {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const events: DeliveryEvent[] = [];
    const sending = deferred();
    const abort = new AbortController();
    const delivery = sendOnce(inner, {
      guildId,
      codes: ['A'],
      leaseMs: 3000,
      send: () => sending.promise,
      signal: abort.signal,
      onEvent: (event) => events.push(event),
      clock: time,
      schedule: time.schedule,
    });
    return { time, inner, events, sending, abort, delivery };
  }

  it('is left a lease after the abort: the code is uncertain, and nothing runs on', async () => {
    const { time, inner, abort, delivery } = hanging();
    await time.pass(10_000);
    const reason = new Error('shutdown');
    abort.abort(reason);
    await time.pass(2999);
    expect((await inner.states(guildId, ['A'])).get('A')).toBe('claimed');
    await time.pass(1);
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'uncertain', reason: 'abandoned', error: reason });
    expect((await inner.states(guildId, ['A'])).get('A')).toBe('uncertain');
    expect(time.waiting).toBe(0);
  });

  it('is left a lease also if it was send itself that aborted', async () => {
    const time = new ManualTime();
    const abort = new AbortController();
    const options = { guildId, codes: ['A'], leaseMs: 3000, signal: abort.signal, clock: time, schedule: time.schedule };
    const send = (): Promise<void> => {
      abort.abort();
      return deferred().promise;
    };
    const delivery = sendOnce(new MemoryStore({ clock: time }), { ...options, send });
    await time.pass(3000);
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'uncertain', reason: 'abandoned' });
  });

  it('and settles before that is nothing special', async () => {
    const { time, sending, abort, delivery } = hanging();
    await time.pass(0);
    abort.abort();
    await time.pass(1000);
    sending.resolve();
    expect(entryOf(await delivery, 'A').status).toBe('sent');
    expect(time.waiting).toBe(0);
  });

  it('and succeeds after it was left: that is recorded, and told to onEvent', async () => {
    const { time, inner, events, sending, abort, delivery } = hanging();
    await time.pass(0);
    abort.abort();
    await time.pass(3000);
    await delivery;
    sending.resolve();
    await time.pass(0);
    expect(await inner.isSent(guildId, 'A')).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'late-success', codes: ['A'] });
  });

  it('and succeeds after the store was closed: what the store says is told to onEvent', async () => {
    const { time, inner, events, sending, abort, delivery } = hanging();
    await time.pass(0);
    abort.abort();
    await time.pass(3000);
    await delivery;
    await inner.close();
    sending.resolve();
    await time.pass(0);
    expect(events.at(-1)).toMatchObject({ type: 'late-success', error: { code: 'MARK_FAILED_AFTER_SEND' } });
  });

  it('and fails after it was left: told to onEvent, and no unhandled rejection', async () => {
    const { time, inner, events, sending, abort, delivery } = hanging();
    await time.pass(0);
    abort.abort();
    await time.pass(3000);
    await delivery;
    sending.reject(new Error('late'));
    await time.pass(0);
    expect(events.at(-1)).toMatchObject({ type: 'late-failure', error: { message: 'late' } });
    expect((await inner.states(guildId, ['A'])).get('A')).toBe('uncertain');
  });
});
