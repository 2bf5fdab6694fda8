import { expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { summarize } from '../../../src/delivery/summarize.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { entryOf, Recorder } from '../../support/delivery/recorder.js';
import { Lines } from '../../support/json-file/stores.js';

const down = new Recorder(() => Promise.reject(new Error('HTTP 500'))).send;
const advice = "Look whether the message is there, and call resolveUncertain(guildId, codes, 'sent' or 'not-sent').";

it('a report as lines: the counts, then each problem once with its guilds and codes', async () => {
  const report = await announce(new MemoryStore(), { guilds: ['1', '2'], codes: ['A', 'B'], send: down });
  expect(summarize(report)).toEqual([
    '2 guilds: 4 uncertain',
    `guild 1 (A, B), guild 2 (A, B): may have arrived: HTTP 500. ${advice}`,
  ]);
});

it('the first line names malformed guild ids', async () => {
  const report = await announce(new MemoryStore(), { guilds: ['1', 'a:b'], codes: ['A'], send: new Recorder().send });
  const [first, second] = summarize(report);
  expect(first).toBe('1 malformed guild ids, not served: "a:b". 2 guilds: 1 sent, 1 guilds failed');
  expect(second).toMatch(/^guild a:b: failed: /);
});

it('the first line of a round in which every guild failed does not speak of what was offered', async () => {
  const report = await announce(new MemoryStore(), { guilds: ['a:b'], codes: ['A'], send: new Recorder().send });
  expect(summarize(report)[0]).toBe('1 malformed guild ids, not served: "a:b". 1 guilds: all failed');
});

it('detail is always filled: the reason of the verdict, the error, or the reason in words', async () => {
  const store = new MemoryStore();
  const offer = { guildId: 'g', codes: ['A'], send: down };
  expect(entryOf(await sendOnce(store, offer), 'A')).toMatchObject({ reason: 'send', detail: 'HTTP 500' });
  expect(entryOf(await sendOnce(store, offer), 'A')).toMatchObject({
    reason: 'held',
    detail: 'an earlier try may have arrived, and nobody has decided yet',
  });
});

it('logger writes each problem once, and again after it was over', async () => {
  const store = new MemoryStore();
  const logger = new Lines();
  const offer = { guildId: 'g', codes: ['A'], send: down, logger };
  await sendOnce(store, offer);
  await sendOnce(store, offer);
  expect(logger.all).toEqual(['info guild g: 1 uncertain', `warn guild g (A): may have arrived: HTTP 500. ${advice}`]);
  await store.resolveUncertain('g', ['A'], 'sent');
  await sendOnce(store, offer);
  expect(logger.all.slice(2)).toEqual(['info No new codes for guild g']);
  await store.forget('g', ['A']);
  await sendOnce(store, offer);
  expect(logger.all).toHaveLength(5);
});

it('spellings of one code are a problem of the report, which a dry run logs whole', async () => {
  const logger = new Lines();
  const codes = ['wos', 'WOS', 'Wos', 'WOS'];
  const offer = { guilds: ['1', '2'], codes, send: down, dryRun: true, logger };
  const report = await announce(new MemoryStore(), offer);
  const lines = [
    '2 guilds: 4 same-code, 2 would-send',
    'guild 1 (WOS, Wos), guild 2 (WOS, Wos): another spelling of "wos", so only the first is sent. If they are two codes, the store ' +
      'needs another identity.',
  ];
  expect(summarize(report)).toEqual(lines);
  expect(logger.all).toEqual(lines.map((line) => `info ${line}`));
});

it('a failure of a code is logged, although another spelling of the code was offered', async () => {
  const logger = new Lines();
  await sendOnce(new MemoryStore(), { guildId: 'g', codes: ['wos', 'WOS'], send: down, logger });
  expect(logger.all).toEqual([
    expect.stringMatching(/^warn MemoryStore: "WOS" was offered beside "wos"\./),
    'info guild g: 1 uncertain, 1 same-code',
    `warn guild g (WOS): may have arrived: HTTP 500. ${advice}`,
  ]);
});
