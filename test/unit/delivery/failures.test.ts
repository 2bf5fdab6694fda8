import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { SendErrorContext, ErrorVerdict, SendOnceOptions } from '../../../src/delivery/options.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { settlePausesMs } from '../../../src/delivery/record-outcome.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder } from '../../support/delivery/recorder.js';

const guildId = 'g';
const codes = ['A'];
const failure = new Error('it broke');
const failing = new Recorder(() => {
  throw failure;
}).send;

const wrongAnswer = { code: 'INVALID_OPTION', argument: 'classifyError' };

async function stateOf(store: MemoryStore, code = 'A'): Promise<string | undefined> {
  return (await store.states(guildId, [code])).get(code);
}

describe('an error of send', () => {
  it('without classifyError it is uncertain: held, reported, and not sent again', async () => {
    const store = new MemoryStore();
    const report = await sendOnce(store, { guildId, codes, send: failing });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', reason: 'send', error: failure, attempt: 1 });
    expect(await stateOf(store)).toBe('uncertain');
    const again = new Recorder();
    const second = await sendOnce(store, { guildId, codes, send: again.send });
    expect(again.sent).toEqual([]);
    expect(entryOf(second, 'A')).toMatchObject({ status: 'uncertain', reason: 'held' });
  });

  it("'not-sent' releases, so that the next call offers it again as a new message", async () => {
    const store = new MemoryStore();
    const first = new Recorder(() => Promise.reject(failure));
    const report = await sendOnce(store, { guildId, codes, send: first.send, classifyError: () => 'not-sent' });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'send', error: failure, permanent: false });
    expect(await stateOf(store)).toBe('absent');
    const second = new Recorder();
    await sendOnce(store, { guildId, codes, send: second.send });
    expect(second.sent).toEqual([['A']]);
    expect(second.messages[0]?.context.messageId).not.toBe(first.messages[0]?.context.messageId);
  });

  it("'sent' records the code", async () => {
    const store = new MemoryStore();
    const report = await sendOnce(store, { guildId, codes, send: failing, classifyError: () => ({ outcome: 'sent' }) });
    expect(entryOf(report, 'A').status).toBe('sent');
    expect(await stateOf(store)).toBe('sent');
  });

  it('what the verdict says beside the outcome is in the report', async () => {
    const classifyError = (): ErrorVerdict => ({ outcome: 'not-sent', permanent: true, reason: 'no permission' });
    const report = await sendOnce(new MemoryStore(), {
      guildId,
      codes,
      send: failing,
      classifyError,
    });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', permanent: true, detail: 'no permission' });
  });

  it('of the verdict nothing counts that is not what it should be', async () => {
    const verdict = { outcome: 'not-sent', permanent: 'yes', scope: 'everything' } as unknown as ErrorVerdict;
    const report = await sendOnce(new MemoryStore(), { guildId, codes, send: failing, classifyError: () => verdict });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', permanent: false, detail: 'it broke' });
    expect(entryOf(report, 'A')).not.toHaveProperty('scope');
  });

  it.each(['message', 'target', 'all'] as const)('its scope is in the report: %s', async (scope) => {
    const classifyError = (): ErrorVerdict => ({ outcome: 'not-sent', scope });
    const report = await sendOnce(new MemoryStore(), { guildId, codes, send: failing, classifyError });
    expect(entryOf(report, 'A')).toMatchObject({ scope });
  });

  it('classifyError is told the error, the message and that this is no resend', async () => {
    const seen: [unknown, SendErrorContext][] = [];
    const store = new MemoryStore({ randomId: () => 'm' });
    const classifyError = (error: unknown, context: SendErrorContext): 'not-sent' => {
      seen.push([error, context]);
      return 'not-sent';
    };
    await sendOnce(store, { guildId, codes, send: failing, classifyError });
    expect(seen).toEqual([[failure, { guildId, messageId: 'm', attempt: 1, resend: false }]]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
      { message: 'bug' },
    ],
    ['gives a word that is no outcome', () => 'unsent', wrongAnswer],
    ['gives nothing', () => undefined, wrongAnswer],
    ['gives a promise', () => Promise.resolve('not-sent'), wrongAnswer],
    ['gives a promise that rejects', () => Promise.reject(new Error('bug')), wrongAnswer],
    ['gives an object without an outcome', () => ({ permanent: true }), wrongAnswer],
  ])('a classifyError that %s leaves the code uncertain, and the report has both errors', async (_, classify, error) => {
    const store = new MemoryStore();
    const report = await sendOnce(store, { guildId, codes, send: failing, classifyError: classify as () => 'sent' });
    const entry = entryOf(report, 'A');
    expect(entry).toMatchObject({ status: 'uncertain', reason: 'send', error: failure });
    expect(entry).toMatchObject({ followUpErrors: [error] });
    expect(await stateOf(store)).toBe('uncertain');
  });

  it('a send that throws at once is no different from one that rejects', async () => {
    const send = (): Promise<void> => {
      throw failure;
    };
    const report = await sendOnce(new MemoryStore(), { guildId, codes, send });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', error: failure });
  });

  it('a send that returns no promise may still be sending: uncertain, and the error says what to return', async () => {
    const store = new MemoryStore();
    const send = (() => undefined) as unknown as () => Promise<void>;
    const report = await sendOnce(store, { guildId, codes, send });
    const entry = entryOf(report, 'A');
    expect(entry.status === 'uncertain' && (entry.error as Error).message).toMatch(/Return the promise of the sending/);
    expect(await stateOf(store)).toBe('uncertain');
  });

  it('a send that returns no promise is a process warning at once, and one only', async () => {
    const warned: string[] = [];
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warned.push(String(warning)));
    onTestFinished(() => emitWarning.mockRestore());
    const send = (() => undefined) as unknown as () => Promise<void>;
    for (const code of ['A', 'B']) await sendOnce(new MemoryStore(), { guildId, codes: [code], send });
    expect(warned).toEqual([expect.stringMatching(/^send returned undefined.*Return the promise of the sending\.$/)]);
  });

  it('an uncertain release that the store refuses is in the report, and is not waited for', async () => {
    const refusal = new Error('away');
    const store = intercept(new MemoryStore(), { release: () => Promise.reject(refusal) });
    const report = await sendOnce(store, { guildId, codes, send: failing });
    expect(entryOf(report, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'send',
      error: failure,
      followUpErrors: [refusal],
    });
  });
});

it('an error of send, a classifyError that throws and a release that fails are all in the report', async () => {
  const [bug, refusal] = [new Error('bug'), new Error('away')];
  const store = intercept(new MemoryStore(), { release: () => Promise.reject(refusal) });
  const classifyError = (): never => {
    throw bug;
  };
  const report = await sendOnce(store, { guildId, codes, send: failing, classifyError });
  expect(entryOf(report, 'A')).toMatchObject({ status: 'uncertain', error: failure, followUpErrors: [bug, refusal] });
});

describe('a mark that fails after a successful send', () => {
  it.each([
    ['an error', failure],
    ['an error of the store', new SentCodeStoreError('STORE_TIMEOUT', 'no answer')],
  ])('is made again with back-off after %s, and the code was sent once', async (_, away) => {
    const time = new ManualTime();
    let tries = 0;
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      confirm: (confirm, ...args) => ((tries += 1) < 3 ? Promise.reject(away) : confirm(...args)),
    });
    const recorder = new Recorder();
    const retries: DeliveryEvent[] = [];
    const delivery = sendOnce(store, {
      guildId,
      codes,
      source: 'api',
      send: recorder.send,
      clock: time,
      schedule: time.schedule,
      onEvent: (event) => event.type === 'store-retry' && retries.push(event),
    });
    await time.pass(settlePausesMs[0]! - 1);
    expect(tries).toBe(1);
    await time.pass(1);
    expect(tries).toBe(2);
    await time.pass(settlePausesMs[1]!);
    expect(entryOf(await delivery, 'A').status).toBe('sent');
    expect(recorder.sent).toEqual([['A']]);
    expect(retries).toMatchObject(settlePausesMs.slice(0, 2).map((delayMs) => ({ codes: ['A'], error: away, delayMs })));
    expect((await inner.stats(guildId)).bySource).toEqual({ api: 1 });
  });

  it('if the store never takes it, the code is left uncertain with MARK_FAILED_AFTER_SEND, and is never resent by default', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, { confirm: () => Promise.reject(failure) });
    const recorder = new Recorder();
    const options = { guildId, codes, send: recorder.send, clock: time, schedule: time.schedule };
    const delivery = sendOnce(store, options);
    await time.pass(10_000);
    expect(entryOf(await delivery, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'not-recorded',
      error: { code: 'MARK_FAILED_AFTER_SEND', cause: failure },
    });
    expect(store.calls.filter((call) => call === 'confirm')).toHaveLength(settlePausesMs.length + 1);
    expect(await stateOf(inner)).toBe('claimed');
    time.stop(60_000);
    expect(entryOf(await sendOnce(inner, options), 'A')).toMatchObject({ status: 'uncertain', reason: 'held' });
    expect(recorder.sent).toEqual([['A']]);
    expect(time.waiting).toBe(0);
  });

  it('a closed store is not asked again', async () => {
    const inner = new MemoryStore();
    const recorder = new Recorder(() => inner.close());
    const report = await sendOnce(inner, { guildId, codes, send: recorder.send });
    expect(entryOf(report, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'not-recorded',
      error: { cause: { code: 'STORE_CLOSED' } },
    });
  });
});

describe('a release that fails', () => {
  it('is tried again with back-off', async () => {
    const time = new ManualTime();
    let tries = 0;
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      release: (release, ...args) => ((tries += 1) < 2 ? Promise.reject(failure) : release(...args)),
    });
    const options = { guildId, codes, send: failing, classifyError: () => 'not-sent' as const };
    const delivery = sendOnce(store, { ...options, clock: time, schedule: time.schedule });
    await time.pass(settlePausesMs[0]!);
    expect(entryOf(await delivery, 'A').status).toBe('failed');
    expect(await stateOf(inner)).toBe('absent');
  });

  it('for good: reported, and the lease runs out to uncertain', async () => {
    const time = new ManualTime();
    const refusal = new Error('away');
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, { release: () => Promise.reject(refusal) });
    const options = { guildId, codes, send: failing, classifyError: () => ({ outcome: 'not-sent', permanent: true }) as const };
    const delivery = sendOnce(store, { ...options, clock: time, schedule: time.schedule });
    await time.pass(10_000);
    expect(entryOf(await delivery, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'not-released',
      error: failure,
      permanent: true,
      followUpErrors: [refusal],
    });
    time.stop(60_000);
    expect(await stateOf(inner)).toBe('uncertain');
  });
});

describe('a store that fails after something was recorded', () => {
  it.each<[string, Partial<SendOnceOptions>]>([
    ['firstRun', { firstRun: (items) => items.slice(-1) }],
    ['onFlood', { maxNew: 1, onFlood: (items) => items.slice(-1) }],
  ])('by %s: the report has both', async (_, options) => {
    const store = intercept(new MemoryStore(), { claim: () => Promise.reject(failure) });
    const report = await sendOnce(store, { guildId, codes: ['A', 'B'], send: failing, ...options });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'baseline' });
    expect(entryOf(report, 'B')).toMatchObject({ status: 'failed', reason: 'store', error: failure, permanent: false });
  });
});
