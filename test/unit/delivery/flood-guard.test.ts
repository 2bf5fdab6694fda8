import { describe, expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { Recorder, statuses } from '../../support/delivery/recorder.js';
import { Lines } from '../../support/json-file/stores.js';

const guildId = 'g';
const flood = ['A', 'B', 'C'];

describe('maxNew', () => {
  it('more free codes than that are not sent and stay free; as many are sent', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: flood, send: recorder.send, maxNew: 2 });
    expect(report.codes).toMatchObject([{ status: 'flood', free: 3, maxNew: 2 }, { status: 'flood' }, { status: 'flood' }]);
    expect(report.counts.flood).toBe(3);
    expect(await store.filterUnsent(guildId, flood)).toEqual(flood);
    expect(recorder.sent).toEqual([]);
    await sendOnce(store, { guildId, codes: ['A', 'B'], send: recorder.send, maxNew: 2 });
    expect(recorder.sent).toEqual([['A', 'B']]);
  });

  it('counts free codes alone', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['X', 'Y']);
    const recorder = new Recorder();
    await sendOnce(store, { guildId, codes: ['X', 'Y', 'A', 'a', ' '], send: recorder.send, maxNew: 1 });
    expect(recorder.sent).toEqual([['A']]);
  });

  it('counts each guild on its own', async () => {
    const store = new MemoryStore();
    await store.markSent('1', ['A', 'B']);
    const recorder = new Recorder();
    const report = await announce(store, { guilds: ['1', '2'], codes: flood, send: recorder.send, maxNew: 1 });
    expect(report.counts).toMatchObject({ sent: 1, flood: 3 });
    expect(recorder.messages.map(({ context }) => context.guildId)).toEqual(['1']);
  });

  it('does not count again what was let through and could not be sent', async () => {
    const store = new MemoryStore();
    const down = new Recorder(() => Promise.reject(new Error('no connection')));
    const options = { guildId, maxNew: 2, classifyError: () => 'not-sent' as const };
    await sendOnce(store, { ...options, codes: ['A', 'B'], send: down.send });
    await sendOnce(store, { ...options, codes: ['A', 'B', 'C'], send: down.send });
    const up = new Recorder();
    await sendOnce(store, { ...options, codes: ['A', 'B', 'C', 'D', 'E'], send: up.send });
    expect(up.sent).toEqual([['A', 'B', 'C', 'D', 'E']]);
  });

  it('sends what was let through before, beside a flood', async () => {
    const store = new MemoryStore();
    const down = new Recorder(() => Promise.reject(new Error('no connection')));
    const options = { guildId, maxNew: 1, classifyError: () => 'not-sent' as const };
    await sendOnce(store, { ...options, codes: ['A'], send: down.send });
    const up = new Recorder();
    const report = await sendOnce(store, { ...options, codes: ['A', 'B', 'C'], send: up.send });
    expect(statuses(report)).toEqual({ A: 'sent', B: 'flood', C: 'flood' });
  });

  it('forgets after a day what is not offered any more', async () => {
    const store = new MemoryStore();
    const time = new ManualTime();
    const down = new Recorder(() => Promise.reject(new Error('no connection')));
    const options = { guildId, maxNew: 1, clock: time, classifyError: () => 'not-sent' as const };
    await sendOnce(store, { ...options, codes: ['A'], send: down.send });
    time.stop(86_400_001);
    const report = await sendOnce(store, { ...options, codes: ['A', 'B'], send: new Recorder().send });
    expect(statuses(report)).toEqual({ A: 'flood', B: 'flood' });
  });

  it('leaves alone what firstRun chooses', async () => {
    const recorder = new Recorder();
    const options = { guildId, send: recorder.send, maxNew: 1 };
    const store = new MemoryStore();
    await sendOnce(store, { ...options, codes: flood, firstRun: (codes) => codes.slice(1) });
    expect(recorder.sent).toEqual([['B', 'C']]);
    const report = await sendOnce(store, { ...options, codes: ['D', 'E'], firstRun: (codes) => codes });
    expect(report.counts.flood).toBe(2);
  });

  it('a baseline that another process made since the look-up is no flood', async () => {
    const inner = new MemoryStore();
    const store = intercept(inner, {
      filterUnsent: async (call, ...args) => {
        await inner.baseline(guildId, flood);
        return call(...args);
      },
    });
    const events: DeliveryEvent[] = [];
    const report = await sendOnce(store, {
      guildId,
      codes: flood,
      send: new Recorder().send,
      maxNew: 1,
      onEvent: (event) => events.push(event),
    });
    expect(report.counts['already-sent']).toBe(3);
    expect(events).toEqual([]);
  });
});

describe('onFlood', () => {
  it("'baseline' records them without sending them", async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: flood, send: recorder.send, maxNew: 1, onFlood: 'baseline' });
    expect(report.counts.baseline).toBe(3);
    expect((await store.stats(guildId)).bySource).toEqual({ baseline: 3 });
    expect(recorder.sent).toEqual([]);
  });

  it('a function chooses what is sent; the others are recorded', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder<{ id: string }>();
    const report = await sendOnce(store, {
      guildId,
      codes: flood.map((id) => ({ id })),
      codeOf: ({ id }) => id,
      send: recorder.send,
      maxNew: 1,
      onFlood: (items) => items.slice(-1),
    });
    expect(statuses(report)).toEqual({ A: 'baseline', B: 'baseline', C: 'sent' });
    expect(recorder.sent).toEqual([[{ id: 'C' }]]);
  });

  it('a function that throws rejects before anything is sent', async () => {
    const error = new Error('bug');
    const recorder = new Recorder();
    const onFlood = (): never => {
      throw error;
    };
    await expect(sendOnce(new MemoryStore(), { guildId, codes: flood, send: recorder.send, maxNew: 1, onFlood })).rejects.toBe(
      error,
    );
    expect(recorder.sent).toEqual([]);
  });
});

describe('allowFlood', () => {
  it('lets them through for one call, to all guilds or to those that a function names', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const options = { guilds: ['1', '2'], codes: flood, send: recorder.send, maxNew: 1 };
    const some = await announce(store, { ...options, allowFlood: (guild) => guild === '2' });
    expect(some.counts).toMatchObject({ sent: 3, flood: 3 });
    expect((await announce(store, options)).counts).toMatchObject({ flood: 3, 'already-sent': 3 });
    expect((await announce(store, { ...options, allowFlood: true })).counts).toMatchObject({ sent: 3 });
  });
});

it('a flood is told once by onEvent and in one line, and again when it grows', async () => {
  const store = new MemoryStore();
  const logger = new Lines();
  const events: DeliveryEvent[] = [];
  const round = async (codes: string[]): Promise<unknown> =>
    sendOnce(store, {
      guildId,
      codes,
      send: new Recorder().send,
      maxNew: 1,
      logger,
      onEvent: (event) => events.push(event),
    });
  await round(['A', 'b']);
  await round(['A', 'b']);
  expect(events).toEqual([{ type: 'flood', guildId, codes: ['A', 'b'], maxNew: 1, action: 'hold' }]);
  expect(logger.all).toEqual([
    'info guild g: 2 flood',
    'warn guild g (A, B): not sent: 2 codes are new at once, and maxNew is 1. Pass allowFlood in one call to send them.',
  ]);
  await round(['A', 'b', 'c']);
  expect(events).toHaveLength(2);
  expect(logger.all).toHaveLength(4);
});

it('a dry run says what would happen, and writes and admits nothing', async () => {
  const store = intercept(new MemoryStore());
  const recorder = new Recorder();
  const events: DeliveryEvent[] = [];
  const options = {
    guildId,
    codes: flood,
    send: recorder.send,
    maxNew: 2,
    onEvent: (event: DeliveryEvent) => events.push(event),
  };
  expect((await sendOnce(store, { ...options, dryRun: true })).counts.flood).toBe(3);
  const baseline = await sendOnce(store, { ...options, dryRun: true, onFlood: 'baseline' });
  expect(baseline.counts['would-baseline']).toBe(3);
  await sendOnce(store, { ...options, codes: ['A', 'B'], dryRun: true });
  expect(events).toEqual([]);
  expect(store.calls).not.toContain('markSent');
  expect((await sendOnce(store, options)).counts.flood).toBe(3);
});
