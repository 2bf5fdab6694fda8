import { describe, expect, it } from 'vitest';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = 'g';
const backlog = ['A', 'B', 'C'];

describe("firstRun: 'baseline'", () => {
  it('a new guild does not get the backlog, and gets what comes after it', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const options = { guildId, send: recorder.send, firstRun: 'baseline' as const };
    const first = await sendOnce(store, { ...options, codes: backlog });
    expect(statuses(first)).toEqual({ A: 'baseline', B: 'baseline', C: 'baseline' });
    expect((await store.stats(guildId)).bySource).toEqual({ baseline: 3 });
    const second = await sendOnce(store, { ...options, codes: [...backlog, 'D'] });
    expect(recorder.sent).toEqual([['D']]);
    expect(statuses(second)).toMatchObject({ A: 'already-sent', D: 'sent' });
  });

  it('is for each guild, not for the bot', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const options = { codes: backlog, send: recorder.send, firstRun: 'baseline' as const };
    await sendOnce(store, { ...options, guildId: 'early' });
    expect(statuses(await sendOnce(store, { ...options, guildId: 'late' }))).toMatchObject({ A: 'baseline' });
    expect(recorder.sent).toEqual([]);
  });

  it('counts with an empty list too: what comes first after it is sent', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    await sendOnce(store, { guildId, codes: [], send: recorder.send, firstRun: 'baseline' });
    await sendOnce(store, { guildId, codes: ['A'], send: recorder.send, firstRun: 'baseline' });
    expect(recorder.sent).toEqual([['A']]);
  });

  it('a guild that has records already is not new', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['A']);
    const recorder = new Recorder();
    await sendOnce(store, { guildId, codes: backlog, send: recorder.send, firstRun: 'baseline' });
    expect(recorder.sent).toEqual([['B', 'C']]);
  });

  it('a guild that was cleared and comes back is new, also for the process that knew it', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const options = { guildId, codes: backlog, send: recorder.send, firstRun: 'baseline' as const };
    await sendOnce(store, options);
    await store.clearGuild(guildId);
    expect(statuses(await sendOnce(store, options))).toMatchObject({ A: 'baseline' });
    expect(recorder.sent).toEqual([]);
  });

  it('a round in which nothing is new does not ask for the baseline again', async () => {
    const store = intercept(new MemoryStore());
    const options = { guildId, codes: backlog, send: new Recorder().send, firstRun: 'baseline' as const };
    await sendOnce(store, options);
    store.calls.length = 0;
    await sendOnce(store, options);
    await sendOnce(store, { ...options, codes: [] });
    expect(store.calls).toEqual(['states']);
  });

  it('two that start at once make one baseline, and nothing of it is sent', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const options = { guildId, send: recorder.send, firstRun: 'baseline' as const };
    const [one, two] = await Promise.all([
      sendOnce(store, { ...options, codes: backlog }),
      sendOnce(store, { ...options, codes: backlog }),
    ]);
    expect(recorder.sent).toEqual([]);
    expect([statuses(one)['A'], statuses(two)['A']].sort()).toEqual(['already-sent', 'baseline']);
  });

  it('the baseline is told to onEvent, and is not made after an abort', async () => {
    const store = intercept(new MemoryStore());
    const events: unknown[] = [];
    const abort = new AbortController();
    const options = { guildId, codes: backlog, send: new Recorder().send, firstRun: 'baseline' as const };
    await sendOnce(store, { ...options, signal: AbortSignal.abort() });
    expect(store.calls).toEqual([]);
    await sendOnce(store, { ...options, signal: abort.signal, onEvent: (event) => events.push(event) });
    expect(events).toEqual([{ type: 'baseline', guildId, codes: backlog }]);
  });

  it('a store without metadata is refused before anything is asked of it', async () => {
    const store = intercept(new MemoryStore());
    Object.defineProperty(store, 'supports', { value: { ...store.supports, metadata: false } });
    const attempt = sendOnce(store, { guildId, codes: backlog, send: new Recorder().send, firstRun: 'baseline' });
    await expect(attempt).rejects.toMatchObject({ code: 'METADATA_UNSUPPORTED' });
    expect(store.calls).toEqual([]);
  });
});

describe('firstRun as a function', () => {
  it('chooses what a new guild gets; the others are its baseline', async () => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    const asked: string[][] = [];
    const options = {
      guildId,
      codes: ['a', 'B', 'b', 'C'],
      send: recorder.send,
      firstRun: (codes: string[]) => (asked.push(codes), codes.slice(-1)),
    };
    expect(statuses(await sendOnce(store, options))).toEqual({ A: 'baseline', B: 'baseline', C: 'sent' });
    expect(asked).toEqual([['a', 'B', 'C']]);
    expect(recorder.sent).toEqual([['C']]);
  });

  it('may be asynchronous, choose a Set, and choose objects', async () => {
    const recorder = new Recorder<{ code: string }>();
    const items = backlog.map((code) => ({ code }));
    await sendOnce(new MemoryStore(), {
      guildId,
      codes: items,
      codeOf: ({ code }) => code,
      send: recorder.send,
      firstRun: async (all) => new Set(all.filter(({ code }) => code !== 'B')),
    });
    expect(recorder.sent).toEqual([[items[0], items[2]]]);
  });

  it('its answer does not count for a guild that is not new', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['old']);
    const recorder = new Recorder();
    await sendOnce(store, { guildId, codes: backlog, send: recorder.send, firstRun: () => [] });
    expect(recorder.sent).toEqual([backlog]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('bug');
      },
      TypeError,
    ],
    ['chooses what was not offered', () => ['X'], /not offered/],
    ['gives no list', () => 'A' as unknown as string[], /array or a Set/],
  ])('that %s rejects the call, and nothing is sent or recorded', async (_, firstRun, problem) => {
    const store = new MemoryStore();
    const recorder = new Recorder();
    await expect(sendOnce(store, { guildId, codes: backlog, send: recorder.send, firstRun })).rejects.toThrow(problem);
    expect(recorder.sent).toEqual([]);
    expect((await store.stats(guildId)).total).toBe(0);
  });
});

describe('a dry run of a first run', () => {
  it('says what would be the baseline and makes none', async () => {
    const inner = new MemoryStore();
    const store = intercept(inner);
    const options = { guildId, codes: backlog, send: new Recorder().send, dryRun: true };
    expect(statuses(await sendOnce(store, { ...options, firstRun: 'baseline' }))).toMatchObject({ A: 'would-baseline' });
    expect(statuses(await sendOnce(store, { ...options, firstRun: () => ['B'] }))).toEqual({
      A: 'would-baseline',
      B: 'would-send',
      C: 'would-baseline',
    });
    expect(store.calls).not.toContain('baseline');
    await inner.markSent(guildId, ['old']);
    expect(statuses(await sendOnce(store, { ...options, firstRun: 'baseline' }))).toMatchObject({ A: 'would-send' });
  });
});
