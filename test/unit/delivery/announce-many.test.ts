import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { AnnounceOptions } from '../../../src/delivery/options.js';
import type { GuildReport } from '../../../src/delivery/report.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { summarize } from '../../../src/delivery/summarize.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { Recorder } from '../../support/delivery/recorder.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ten = Array.from({ length: 10 }, (_, index) => `C${index}`);

function guildIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `g${index}`);
}

describe('an announce that keeps only counts', () => {
  it('gives each guild to onGuild, and the same counts', async () => {
    const options = { guilds: ['g1', 'g2', 'bad:id'], codes: ['A', 'a', 'B', 'A'] };
    const run = async (report: 'full' | 'counts'): Promise<[unknown, unknown[]]> => {
      const store = new MemoryStore();
      await store.markSent('g1', ['A']);
      const guilds: unknown[] = [];
      const time = new ManualTime();
      const onGuild = (guild: GuildReport): unknown => guilds.push(guild.guildId, guild.status);
      const { send } = new Recorder();
      return [await announce(store, { ...options, send, report, onGuild, clock: time, concurrency: 1 }), guilds];
    };
    const [full, fullGuilds] = await run('full');
    const [counts, guilds] = await run('counts');
    expect(guilds).toEqual(['g1', 'done', 'g2', 'done', 'bad:id', 'failed']);
    expect(guilds).toEqual(fullGuilds);
    expect(counts).toEqual({ ...(full as object), guilds: [] });
    expect(counts).toMatchObject({ totalGuilds: 3, failedGuilds: 1, counts: { sent: 3, 'already-sent': 1, 'same-code': 2 } });
    expect(summarize(counts as never)).toEqual(['3 guilds: 3 sent, 1 already-sent, 2 same-code, 1 guilds failed']);
  });

  it('survives a bug in onGuild', async () => {
    const onGuild = (): never => {
      throw new Error('bug in a hook');
    };
    const report = await announce(new MemoryStore(), { guilds: ['1'], codes: ['A'], send: new Recorder().send, onGuild });
    expect(report.counts.sent).toBe(1);
  });

  it('logs the same lines, with the news of a guild when it is finished', async () => {
    const linesOf = async (report: 'full' | 'counts', more: Partial<AnnounceOptions> = {}): Promise<string[]> => {
      const lines: string[] = [];
      const write = (line: string): unknown => lines.push(line);
      const send = async (codes: string[], { guildId }: { guildId: string }): Promise<void> => {
        if (guildId === 'g2') throw new Error(`refused ${codes.length}`);
      };
      const logger = { info: write, warn: write, error: write };
      const onProgress = ({ done }: { done: number }): unknown => lines.push(`done ${done}`);
      const guilds = ['g1', 'g2', 'bad:id'];
      await announce(new MemoryStore(), { guilds, codes: ['A'], send, logger, report, onProgress, concurrency: 1, ...more });
      return lines;
    };
    for (const more of [{}, { dryRun: true }]) {
      const counts = await linesOf('counts', more);
      const isMalformed = (line: string): boolean => line.includes('malformed');
      const full = (await linesOf('full', more)).map((line) => (isMalformed(line) ? line.slice(line.indexOf('3 guilds')) : line));
      expect(counts.toSorted()).toEqual(full.toSorted());
    }
    expect((await linesOf('counts')).slice(0, 2)).toEqual(['Marked 1 new codes as sent for guild g1', 'done 1']);
  });

  it.each([
    ['counts', 8],
    ['full', 2000],
  ] as const)('with report: %s, at most %i of 2 000 reports are in memory at the end', async (report, most) => {
    const store = new MemoryStore();
    const guilds = guildIds(2000);
    await store.markSentMany(guilds.map((guildId) => ({ guildId, codes: ten })));
    const reports: WeakRef<object>[] = [];
    const onGuild = (guild: GuildReport): unknown => reports.push(new WeakRef(guild));
    const kept = await announce(store, { guilds, codes: ten, send: new Recorder().send, report, onGuild, concurrency: 8 });
    // What a WeakRef was made of is kept until the end of a turn.
    await setImmediate();
    collectGarbage();
    const alive = reports.filter((reference) => reference.deref() !== undefined).length;
    expect(alive).toBeLessThanOrEqual(most);
    expect(alive).toBe(kept.guilds.length);
  });
});

describe('look-ups of many guilds', () => {
  it('are made for 10 000 codes at a time, when the guilds before are handed out', async () => {
    const sizes: (readonly [size: number, finished: number])[] = [];
    let finished = 0;
    const store = intercept(new MemoryStore(), {
      statesMany: (call, batch) => {
        sizes.push([batch.length, finished]);
        return call(batch);
      },
    });
    const onGuild = (): unknown => (finished += 1);
    const { send } = new Recorder();
    const report = await announce(store, { guilds: guildIds(2500), codes: ten, send, concurrency: 10, onGuild });
    expect(report.counts.sent).toBe(25_000);
    expect(report.guilds.map(({ guildId }) => guildId)).toEqual(guildIds(2500));
    expect(sizes.map(([size]) => size)).toEqual([1000, 1000, 500]);
    for (const [index, [, before]] of sizes.entries()) {
      expect(before).toBeLessThanOrEqual(index * 1000);
      expect(before).toBeGreaterThan(index * 1000 - 10);
    }
  });

  it('leave the other guilds alone if a later one fails, and reject if the first does', async () => {
    let calls = 0;
    const failing = (first: number): ReturnType<typeof intercept> =>
      intercept(new MemoryStore(), {
        statesMany: (call, batch) => {
          calls += 1;
          return calls === first ? Promise.reject(new Error('the store is away')) : call(batch);
        },
      });
    const { send } = new Recorder();
    const report = await announce(failing(2), { guilds: guildIds(2500), codes: ten, send });
    expect(report).toMatchObject({ failedGuilds: 1000, counts: { sent: 15_000 } });
    expect(report.guilds[1500]).toMatchObject({ guildId: 'g1500', status: 'failed', error: new Error('the store is away') });
    calls = 0;
    const recorder = new Recorder();
    await expect(announce(failing(1), { guilds: guildIds(2500), codes: ten, send: recorder.send })).rejects.toThrow('away');
    expect(recorder.sent).toEqual([]);
  });

  it('are not made after an abort', async () => {
    const abort = new AbortController();
    const store = intercept(new MemoryStore());
    const onGuild = (): void => abort.abort();
    const { send } = new Recorder();
    const report = await announce(store, {
      guilds: guildIds(2500),
      codes: ten,
      send,
      onGuild,
      signal: abort.signal,
      concurrency: 1,
    });
    expect(store.calls.filter((call) => call === 'statesMany')).toHaveLength(1);
    expect(report.guilds).toHaveLength(2500);
    expect(report.counts).toMatchObject({ sent: 10, failed: 24_990 });
  });
});

describe('many messages to one guild', () => {
  it('look up 1 000 codes again when the look-up is 5 s old, and see what became of them', async () => {
    const inner = new MemoryStore();
    const lookUps: number[] = [];
    const store = intercept(inner, {
      states: (call, guildId, codes) => {
        lookUps.push([...codes].length);
        return call(guildId, codes);
      },
    });
    const time = new ManualTime();
    const codes = Array.from({ length: 3000 }, (_, index) => `C${index}`);
    let sends = 0;
    const send = async (): Promise<void> => {
      sends += 1;
      if (sends !== 10) return;
      time.stop(5000);
      // Another task sends what is to come.
      await inner.markSent('g', ['C250', 'C299', 'C1249']);
    };
    const report = await sendOnce(store, { guildId: 'g', codes, maxPerMessage: 25, send, clock: time, schedule: time.schedule });
    expect(report.counts).toMatchObject({ sent: 2997, 'already-sent': 3 });
    expect(lookUps).toEqual([3000, 1000, 1000, 750]);
    expect(sends).toBe(120);
  });
});
