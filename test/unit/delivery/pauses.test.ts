import { describe, expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { ErrorVerdict, SendOnceOptions } from '../../../src/delivery/options.js';
import { resume } from '../../../src/delivery/pauses.js';
import type { SendReport } from '../../../src/delivery/report.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = 'g';
const minute = 60_000;
const forbidden: ErrorVerdict = { outcome: 'not-sent', permanent: true, reason: 'missing permission' };
const malformed: ErrorVerdict = { outcome: 'not-sent', scope: 'message', reason: 'malformed' };

/** A bot whose messages fail while `refuses` says so. */
class Bot {
  readonly verdict: ErrorVerdict;
  readonly time = new ManualTime();
  readonly store = new MemoryStore({ clock: this.time });
  readonly events: DeliveryEvent[] = [];
  refuses: (codes: readonly string[]) => boolean = () => true;
  readonly recorder = new Recorder((_, codes) => {
    if (this.refuses(codes)) throw new Error('refused');
  });

  constructor(verdict: ErrorVerdict = forbidden) {
    this.verdict = verdict;
  }

  get options(): Omit<SendOnceOptions, 'guildId' | 'codes'> {
    const { time } = this;
    return {
      send: this.recorder.send,
      classifyError: () => this.verdict,
      clock: time,
      schedule: time.schedule,
      onEvent: (event) => event.type !== 'message' && this.events.push(event),
    };
  }

  round(codes: string[], options: Partial<SendOnceOptions> = {}): Promise<SendReport> {
    return sendOnce(this.store, { ...this.options, guildId, codes, ...options });
  }

  async tries(act: () => Promise<unknown>): Promise<number> {
    const before = this.recorder.messages.length;
    await act();
    return this.recorder.messages.length - before;
  }
}

describe('after a permanent failure', () => {
  it('the guild is left alone for 10 min, then for twice as long, and never for more than an hour', async () => {
    const bot = new Bot();
    for (const ms of [10 * minute, 20 * minute, 40 * minute, 60 * minute, 60 * minute]) {
      expect(await bot.tries(() => bot.round(['A']))).toBe(1);
      bot.time.stop(ms - 1);
      expect(await bot.tries(() => bot.round(['A']))).toBe(0);
      bot.time.stop(1);
    }
  });

  it('free codes are reported as paused, others as they are; other guilds go on', async () => {
    const bot = new Bot();
    await bot.store.markSent(guildId, ['S']);
    await bot.round(['A']);
    const since = new Date(bot.time.now());
    bot.refuses = () => false;
    const report = await announce(bot.store, { ...bot.options, guilds: [guildId, 'h'], codes: ['S', 'A', 'B'] });
    expect(report.counts).toMatchObject({ 'already-sent': 1, paused: 2, sent: 3 });
    expect(report.guilds[0]).toMatchObject({
      report: {
        codes: [
          { status: 'already-sent' },
          { status: 'paused', since, until: new Date(since.getTime() + 10 * minute), why: 'missing permission' },
          { status: 'paused' },
        ],
      },
    });
    expect(await bot.store.filterUnsent(guildId, ['A', 'B'])).toEqual(['A', 'B']);
  });

  it('the other messages of the same call are not tried', async () => {
    const bot = new Bot();
    const report = await bot.round(['A', 'B', 'C'], { messages: 'each' });
    expect(statuses(report)).toEqual({ A: 'failed', B: 'paused', C: 'paused' });
    expect(bot.recorder.messages).toHaveLength(1);
  });

  it('also one that is uncertain because it was a resend; the message is not retried meanwhile', async () => {
    const bot = new Bot({ outcome: 'uncertain', permanent: true, reason: 'missing permission' });
    await bot.round(['A']);
    const report = await bot.round(['A', 'B'], { onUncertain: 'retry' });
    expect(entryOf(report, 'A')).toMatchObject({
      status: 'uncertain',
      reason: 'held',
      detail: expect.stringMatching(/^left alone until .*missing permission$/) as string,
    });
    expect(entryOf(report, 'B').status).toBe('paused');
    expect(bot.recorder.messages).toHaveLength(1);
    bot.time.stop(10 * minute);
    expect(await bot.tries(() => bot.round(['A'], { onUncertain: 'retry' }))).toBe(1);
  });

  it('what a pause keeps from being retried does not get the error of a store that fails later', async () => {
    const bot = new Bot({ outcome: 'uncertain', scope: 'message', reason: 'malformed' });
    bot.refuses = (codes) => codes.includes('A');
    let claims = 0;
    const store = intercept(bot.store, {
      claim: (call, ...args) => ((claims += 1) > 2 ? Promise.reject(new Error('away')) : call(...args)),
    });
    const round = (...codes: string[]): Promise<SendReport> =>
      sendOnce(store, { ...bot.options, guildId, codes, messages: 'each', onUncertain: 'retry' });
    await round('A');
    await round('A');
    const report = await round('A', 'B', 'C');
    expect(statuses(report)).toEqual({ A: 'uncertain', B: 'sent', C: 'failed' });
    expect(entryOf(report, 'A')).toMatchObject({ reason: 'held', detail: expect.stringMatching(/^left alone until /) as string });
    expect(entryOf(report, 'A')).not.toHaveProperty('error');
  });

  it('a success ends it: the next failure begins with a short pause', async () => {
    const bot = new Bot();
    await bot.round(['A']);
    bot.time.stop(10 * minute);
    bot.refuses = () => false;
    await bot.round(['A']);
    bot.refuses = () => true;
    await bot.round(['B']);
    bot.time.stop(10 * minute);
    expect(await bot.tries(() => bot.round(['B']))).toBe(1);
  });

  it('another target is tried at once, also by function; the old one stays paused', async () => {
    const bot = new Bot();
    await bot.round(['A'], { target: 'old' });
    expect(await bot.tries(() => bot.round(['A'], { target: () => 'old' }))).toBe(0);
    expect(await bot.tries(() => bot.round(['A'], { target: (guild) => `new channel of ${guild}` }))).toBe(1);
    await expect(bot.round(['A'], { target: () => '' })).rejects.toMatchObject({ code: 'INVALID_OPTION', argument: 'target' });
  });

  it('another store knows nothing of it', async () => {
    const bot = new Bot();
    await bot.round(['A']);
    expect(await bot.tries(() => sendOnce(new MemoryStore(), { ...bot.options, guildId, codes: ['A'] }))).toBe(1);
  });

  it('pausePermanentMs sets the first pause; 0 turns it off', async () => {
    const bot = new Bot();
    await bot.round(['A'], { pausePermanentMs: 5 });
    bot.time.stop(5);
    expect(await bot.tries(() => bot.round(['A'], { pausePermanentMs: 0 }))).toBe(1);
    expect(await bot.tries(() => bot.round(['A']))).toBe(1);
  });

  it('a dry run shows it', async () => {
    const bot = new Bot();
    await bot.round(['A']);
    expect(statuses(await bot.round(['A'], { dryRun: true }))).toEqual({ A: 'paused' });
  });
});

describe('resume', () => {
  it('ends the pauses of a guild, or all', async () => {
    const bot = new Bot();
    const guilds = ['1', '2'];
    const round = (): Promise<unknown> => announce(bot.store, { ...bot.options, guilds, codes: ['A'] });
    await round();
    expect(resume(bot.store, 1n)).toBe(true);
    expect(resume(bot.store, '1')).toBe(false);
    expect(await bot.tries(round)).toBe(1);
    expect(resume(bot.store)).toBe(true);
    expect(await bot.tries(round)).toBe(2);
    expect(() => resume(bot.store, 'a:b')).toThrow(expect.objectContaining({ code: 'INVALID_GUILD_ID' }) as Error);
  });
});

describe("scope: 'all'", () => {
  it('pauses every guild, and several failures at once count as one', async () => {
    const bot = new Bot({ ...forbidden, scope: 'all' });
    const guilds = ['1', '2', '3', '4'];
    const round = (): Promise<unknown> => announce(bot.store, { ...bot.options, guilds, codes: ['A'], concurrency: 2 });
    expect(await bot.tries(round)).toBe(2);
    expect(await bot.tries(round)).toBe(0);
    bot.time.stop(10 * minute);
    bot.refuses = () => false;
    expect(await bot.tries(round)).toBe(4);
    expect(bot.events).toMatchObject([
      { type: 'paused', guildId: null },
      { type: 'resumed', guildId: null, because: 'over' },
    ]);
  });
});

describe("scope: 'message'", () => {
  it('after three refusals the codes go one at a time, and the bad one alone is left alone', async () => {
    const bot = new Bot(malformed);
    bot.refuses = (codes) => codes.includes('BAD');
    const codes = ['A', 'BAD', 'B'];
    for (let round = 0; round < 3; round += 1) await bot.round(codes);
    expect(bot.recorder.sent).toEqual([codes, codes, codes]);
    const report = await bot.round([...codes, 'NEW']);
    expect(bot.recorder.sent.slice(3)).toEqual([['NEW'], ['A'], ['BAD'], ['B']]);
    expect(statuses(report)).toEqual({ A: 'sent', BAD: 'failed', B: 'sent', NEW: 'sent' });
    expect(entryOf(await bot.round(['BAD', 'C']), 'BAD')).toMatchObject({ status: 'paused', why: 'malformed' });
    expect(bot.recorder.sent.slice(7)).toEqual([['C']]);
    bot.time.stop(10 * minute);
    expect(await bot.tries(() => bot.round(['BAD']))).toBe(1);
    bot.time.stop(20 * minute - 1);
    expect(await bot.tries(() => bot.round(['BAD']))).toBe(0);
  });

  it('a code that is refused alone for the second time is left alone', async () => {
    const bot = new Bot({ ...malformed, permanent: true });
    expect(await bot.tries(() => bot.round(['BAD']))).toBe(1);
    expect(await bot.tries(() => bot.round(['BAD']))).toBe(1);
    expect(await bot.tries(() => bot.round(['BAD']))).toBe(0);
    expect(bot.events).toMatchObject([{ type: 'paused', guildId, code: 'BAD' }]);
  });
});

it('onEvent tells when a pause begins and why it ends', async () => {
  const bot = new Bot();
  await bot.round(['A'], { target: 'c' });
  const [since, until] = [new Date(bot.time.now()), new Date(bot.time.now() + 10 * minute)];
  await bot.round(['A'], { target: 'c' });
  expect(bot.events).toEqual([{ type: 'paused', guildId, target: 'c', since, until, why: 'missing permission' }]);
  resume(bot.store, guildId);
  expect(bot.events.at(-1)).toEqual({ type: 'resumed', guildId, target: 'c', because: 'resumed' });
  await bot.round(['A'], { target: 'c' });
  bot.time.stop(10 * minute);
  await bot.round(['A'], { target: 'c' });
  expect(bot.events.slice(3)).toMatchObject([{ type: 'resumed', because: 'over' }, { type: 'paused' }]);
});

it('other failures pause nothing', async () => {
  const bot = new Bot({ outcome: 'not-sent' });
  for (let round = 0; round < 5; round += 1) expect(await bot.tries(() => bot.round(['A', 'B']))).toBe(1);
  expect(bot.events).toEqual([]);
});
