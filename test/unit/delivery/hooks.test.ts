import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { Recorder } from '../../support/delivery/recorder.js';

const guildId = 'g';

async function warningOf(act: () => Promise<unknown>): Promise<Error> {
  const warning = once(process, 'warning');
  await act();
  return (await warning)[0] as Error;
}

describe('onEvent', () => {
  it('is told of every message, what became of it, and how long that took', async () => {
    const time = new ManualTime();
    const events: DeliveryEvent[] = [];
    const recorder = new Recorder((_, items) => {
      time.stop(250);
      if (items[0] !== 'A') throw new Error('no');
    });
    await sendOnce(new MemoryStore({ clock: time, randomId: () => 'm' }), {
      guildId,
      codes: ['A', 'B', 'C'],
      maxPerMessage: 1,
      send: recorder.send,
      classifyError: () => (recorder.messages.length === 2 ? 'not-sent' : 'uncertain'),
      onEvent: (event) => events.push(event),
      clock: time,
      schedule: time.schedule,
    });
    const message = { type: 'message', guildId, messageId: 'm', attempt: 1, durationMs: 250 };
    expect(events).toMatchObject([
      { ...message, codes: ['A'], outcome: { status: 'sent' } },
      { ...message, codes: ['B'], outcome: { status: 'failed' } },
      { ...message, codes: ['C'], outcome: { status: 'uncertain' } },
    ]);
  });
});

describe('a bug in a hook changes nothing and becomes a process warning', () => {
  const bug = new Error('bug in a hook');
  it.each([
    [
      'throws',
      () => {
        throw bug;
      },
    ],
    ['rejects', () => Promise.reject(bug)],
  ])('onEvent that %s', async (_, onEvent) => {
    const store = new MemoryStore();
    const warning = await warningOf(async () => {
      const report = await sendOnce(store, { guildId, codes: ['A'], send: new Recorder().send, onEvent });
      expect(report.counts.sent).toBe(1);
    });
    expect(warning).toBe(bug);
    expect(await store.isSent(guildId, 'A')).toBe(true);
  });

  it('onProgress that throws', async () => {
    const onProgress = (): void => {
      throw bug;
    };
    const warning = await warningOf(async () => {
      const report = await announce(new MemoryStore(), { guilds: ['g'], codes: ['A'], send: new Recorder().send, onProgress });
      expect(report.counts.sent).toBe(1);
    });
    expect(warning).toBe(bug);
  });
});

it.each([undefined, null, 5, 'text', {}, { then: 'no function' }])('a hook may return %j: that is no bug', async (returned) => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  await sendOnce(new MemoryStore(), { guildId, codes: ['A'], send: new Recorder().send, onEvent: () => returned });
  // Node tells of a warning in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
