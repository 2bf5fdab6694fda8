import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { NotAuthoritativeError, StoreDamagedError } from '../../../src/contract/errors.js';
import { announce } from '../../../src/delivery/announce.js';
import type { SendContext } from '../../../src/delivery/options.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { deferred } from '../../support/delivery/deferred.js';
import { intercept } from '../../support/delivery/intercept.js';
import { settled } from '../../support/delivery/manual-time.js';
import { Recorder } from '../../support/delivery/recorder.js';

const codes = ['A', 'B'];

function guildIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `g${index}`);
}

describe('one look-up for all guilds', () => {
  it('1 000 guilds and 10 codes of which nothing is new: one call of the store', async () => {
    const inner = new MemoryStore();
    const guilds = guildIds(1000);
    const ten = Array.from({ length: 10 }, (_, index) => `C${index}`);
    await inner.markSentMany(guilds.map((guildId) => ({ guildId, codes: ten })));
    const store = intercept(inner);
    const report = await announce(store, { guilds, codes: ten, send: new Recorder().send });
    expect(store.calls).toEqual(['statesMany']);
    expect(report.counts).toMatchObject({ 'already-sent': 10_000, sent: 0 });
    expect(report.guilds).toHaveLength(1000);
    expect(report.failedGuilds).toBe(0);
  });

  it('each guild gets what is new for it, and the report has one entry for each, in the order given', async () => {
    const store = new MemoryStore();
    await store.markSent('g1', ['A']);
    const recorder = new Recorder();
    const report = await announce(store, { guilds: ['g2', 'g1', 3n], codes, source: 'api', send: recorder.send });
    const sent = recorder.messages.map(({ items, context }) => [context.guildId, items]);
    expect(Object.fromEntries(sent)).toEqual({ g2: ['A', 'B'], g1: ['B'], '3': ['A', 'B'] });
    expect(report.guilds.map(({ guildId }) => guildId)).toEqual(['g2', 'g1', '3']);
    expect(report.counts).toMatchObject({ sent: 5, 'already-sent': 1 });
    expect((await store.stats('3')).bySource).toEqual({ api: 2 });
  });

  it('a guild that is given twice is served once', async () => {
    const recorder = new Recorder();
    const report = await announce(new MemoryStore(), { guilds: ['7', 7n, 'x', '7'], codes, send: recorder.send });
    expect(recorder.sent).toHaveLength(2);
    expect(report.guilds.map(({ guildId }) => guildId)).toEqual(['7', 'x']);
  });

  it('no guilds, or no codes, is nothing asked', async () => {
    const store = intercept(new MemoryStore());
    expect((await announce(store, { guilds: [], codes, send: new Recorder().send })).guilds).toEqual([]);
    expect((await announce(store, { guilds: ['g'], codes: [], send: new Recorder().send })).guilds).toMatchObject([
      { guildId: 'g', status: 'done', report: { codes: [] } },
    ]);
    expect(store.calls).toEqual([]);
  });
});

describe('claims are no further ahead than concurrency messages', () => {
  it.each([
    [1, 1],
    [3, 3],
    [undefined, 4],
  ])('with concurrency %s, %i messages are under way at once, and no more is claimed', async (concurrency, most) => {
    const store = new MemoryStore();
    const guilds = guildIds(12);
    const gate = deferred();
    const recorder = new Recorder(() => gate.promise);
    const options = { guilds, codes, messages: 'each' as const, send: recorder.send };
    const announcing = announce(store, concurrency === undefined ? options : { ...options, concurrency });
    await settled();
    expect(recorder.messages).toHaveLength(most);
    const states = await store.statesMany(guilds.map((guildId) => ({ guildId, codes })));
    const claimed = states.flatMap((guild) => [...guild.states.values()]).filter((state) => state === 'claimed');
    expect(claimed).toHaveLength(most);
    gate.resolve();
    expect((await announcing).counts.sent).toBe(24);
  });
});

describe("one guild's failure is not another's", () => {
  it('a malformed guild id is an entry of the report', async () => {
    const recorder = new Recorder();
    const report = await announce(new MemoryStore(), {
      guilds: ['a:b', 5 as unknown as string, 'g'],
      codes,
      send: recorder.send,
    });
    expect(report.guilds).toMatchObject([
      { guildId: 'a:b', status: 'failed', error: { code: 'INVALID_GUILD_ID', argument: 'guilds[0]' } },
      { guildId: '5', status: 'failed', error: { code: 'INVALID_GUILD_ID', argument: 'guilds[1]' } },
      { guildId: 'g', status: 'done' },
    ]);
    expect(report.failedGuilds).toBe(2);
    expect(recorder.sent).toEqual([codes]);
  });

  it('a send that fails, and a store that fails for one guild', async () => {
    const away = new Error('away');
    const store = intercept(new MemoryStore(), {
      claim: (claim, guildId, ...rest) => (guildId === 'g1' ? Promise.reject(away) : claim(guildId, ...rest)),
    });
    const recorder = new Recorder(({ guildId }) => {
      if (guildId === 'g0') throw new Error('no permission');
    });
    const report = await announce(store, { guilds: guildIds(3), codes, send: recorder.send, concurrency: 1 });
    expect(report.guilds).toMatchObject([
      { status: 'done', report: { counts: { uncertain: 2 } } },
      { status: 'failed', error: away },
      { status: 'done', report: { counts: { sent: 2 } } },
    ]);
    expect(report.counts).toMatchObject({ sent: 2, uncertain: 2 });
  });

  it.each([
    ['NOT_AUTHORITATIVE', (guildId: string) => new NotAuthoritativeError('no evidence', guildId)],
    ['STORE_DAMAGED', () => new StoreDamagedError('a record without sense')],
  ])('%s for some guilds: the others are served, and those are asked about alone', async (code, problem) => {
    const silent = new Set(['g3', 'g9']);
    const store = intercept(new MemoryStore(), {
      statesMany: (statesMany, batch) => {
        const bad = batch.find(({ guildId }) => silent.has(String(guildId)));
        return bad === undefined ? statesMany(batch) : Promise.reject(problem(String(bad.guildId)));
      },
    });
    const recorder = new Recorder();
    const report = await announce(store, { guilds: guildIds(16), codes, send: recorder.send });
    expect(report.guilds.filter(({ status }) => status === 'failed')).toMatchObject([
      { guildId: 'g3', error: { code } },
      { guildId: 'g9', error: { code } },
    ]);
    expect(recorder.sent).toHaveLength(14);
    expect(store.calls.filter((call) => call === 'statesMany').length).toBeLessThan(16);
  });

  it('any other failure of the look-up is one of the store: the call rejects at once, and nothing is sent', async () => {
    const away = new Error('away');
    const store = intercept(new MemoryStore(), { statesMany: () => Promise.reject(away) });
    const recorder = new Recorder();
    await expect(announce(store, { guilds: guildIds(4), codes, send: recorder.send })).rejects.toBe(away);
    expect(store.calls).toEqual(['statesMany']);
    expect(recorder.sent).toEqual([]);
  });

  it('a malformed code is refused for every guild, and the rest goes out', async () => {
    const recorder = new Recorder();
    const report = await announce(new MemoryStore(), { guilds: guildIds(2), codes: ['', 'A'], send: recorder.send });
    expect(recorder.sent).toEqual([['A'], ['A']]);
    expect(report.counts).toMatchObject({ refused: 2, sent: 2 });
  });
});

describe('progress and abort', () => {
  it('onProgress is told of each guild that is finished, and how many there are', async () => {
    const seen: unknown[] = [];
    const options = { guilds: ['a:b', 'g'], codes, send: new Recorder().send, concurrency: 1 };
    await announce(new MemoryStore(), {
      ...options,
      onProgress: ({ done, total, guild }) => seen.push([done, total, guild.guildId, guild.status]),
    });
    expect(seen).toEqual([
      [1, 2, 'a:b', 'failed'],
      [2, 2, 'g', 'done'],
    ]);
  });

  it('an abort ends the messages under way and starts no other; the report has every guild', async () => {
    const store = new MemoryStore();
    const abort = new AbortController();
    const recorder = new Recorder(() => abort.abort());
    const report = await announce(store, {
      guilds: guildIds(5),
      codes,
      send: recorder.send,
      concurrency: 1,
      signal: abort.signal,
    });
    expect(recorder.sent).toHaveLength(1);
    expect(report.counts).toMatchObject({ sent: 2, failed: 8 });
    expect(report.guilds).toHaveLength(5);
    expect(await store.filterUnsent('g4', codes)).toEqual(codes);
  });

  it('listens to the signal once, however many messages are under way, and not after the end', async () => {
    const abort = new AbortController();
    const gate = deferred();
    const heard: AbortSignal[] = [];
    const send = (_: string[], { signal }: SendContext): Promise<void> => {
      signal.addEventListener('abort', () => heard.push(signal));
      return gate.promise;
    };
    const options = { guilds: guildIds(20), codes, send, concurrency: 20, signal: abort.signal };
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on('warning', warn);
    const announcing = announce(new MemoryStore(), options);
    await settled();
    const listeners = getEventListeners(abort.signal, 'abort').length;
    abort.abort();
    gate.resolve();
    await announcing;
    await announce(new MemoryStore(), { ...options, signal: new AbortController().signal });
    process.off('warning', warn);
    expect(listeners).toBe(1);
    expect(heard).toHaveLength(20);
    expect(warnings).toEqual([]);
    const second = new AbortController();
    await announce(new MemoryStore(), { ...options, signal: second.signal });
    expect(getEventListeners(second.signal, 'abort')).toEqual([]);
  });

  it('an abort before the start asks nothing', async () => {
    const store = intercept(new MemoryStore());
    const report = await announce(store, { guilds: ['g', 'a:b'], codes, send: new Recorder().send, signal: AbortSignal.abort() });
    expect(store.calls).toEqual([]);
    expect(report.counts.failed).toBe(2);
    expect(report.failedGuilds).toBe(1);
  });
});

describe('the options of sendOnce hold for every guild', () => {
  it('firstRun is for each guild', async () => {
    const store = new MemoryStore();
    await store.markSent('old', ['A']);
    const recorder = new Recorder();
    const report = await announce(store, { guilds: ['new', 'old'], codes, send: recorder.send, firstRun: 'baseline' });
    expect(report.counts).toMatchObject({ baseline: 2, 'already-sent': 1, sent: 1 });
    expect(recorder.messages.map(({ items, context }) => [context.guildId, items])).toEqual([['old', ['B']]]);
  });

  it('uncertain messages are retried, and a dry run sends nothing', async () => {
    const store = new MemoryStore();
    const failing = new Recorder(() => Promise.reject(new Error('reset')));
    await announce(store, { guilds: ['g'], codes, send: failing.send });
    const retry = new Recorder();
    const options = { guilds: ['g'], codes, send: retry.send, onUncertain: 'retry' as const };
    expect((await announce(store, { ...options, dryRun: true })).counts['would-send']).toBe(2);
    expect(retry.sent).toEqual([]);
    await announce(store, options);
    expect(retry.messages[0]?.context.attempt).toBe(2);
  });

  it('objects go through to send', async () => {
    const items = [{ code: 'A' }];
    const recorder = new Recorder<{ code: string }>();
    await announce(new MemoryStore(), { guilds: ['g'], codes: items, codeOf: ({ code }) => code, send: recorder.send });
    expect(recorder.sent[0]?.[0]).toBe(items[0]);
  });

  it.each([
    ['guilds that are no list', { guilds: 'g' as unknown as string[] }, 'INVALID_OPTION'],
    ['concurrency 0', { concurrency: 0 }, 'INVALID_OPTION'],
    ['guildId in place of guilds', { guildId: 'g' }, 'INVALID_OPTION'],
    ['a lone string of codes', { codes: 'A' as unknown as string[] }, 'INVALID_CODES'],
  ])('%s is refused before anything is asked', async (_, wrong, code) => {
    const store = intercept(new MemoryStore());
    await expect(announce(store, { guilds: ['g'], codes, send: new Recorder().send, ...wrong })).rejects.toMatchObject({ code });
    expect(store.calls).toEqual([]);
  });
});
