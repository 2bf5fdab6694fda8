import { announce, giftCodeIdentity, MemoryStore, sendOnce } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../support/delivery/recorder.js';
import { Lines } from '../../support/json-file/stores.js';

const guildId = 'g';
const codes = ['wos', 'B', 'WOS', 'wos', 'WOS', ' b'];

describe('two spellings of one code', () => {
  it('go out as the first one, and the report says of each other one what stood for it', async () => {
    const recorder = new Recorder();
    const report = await sendOnce(new MemoryStore(), { guildId, codes, send: recorder.send });
    expect(recorder.sent).toEqual([['wos', 'B']]);
    expect(report.codes.map((entry) => [entry.item, entry.code, entry.status, entry.repeat])).toEqual([
      ['wos', 'WOS', 'sent', false],
      ['B', 'B', 'sent', false],
      ['WOS', 'WOS', 'same-code', false],
      ['wos', 'WOS', 'sent', true],
      ['WOS', 'WOS', 'same-code', true],
      [' b', 'B', 'same-code', false],
    ]);
    expect(report.codes.flatMap((entry) => (entry.status === 'same-code' ? entry.sameAs : []))).toEqual(['wos', 'wos', 'B']);
    expect(report.counts).toMatchObject({ sent: 2, 'same-code': 2 });
  });

  it('are never reported as sent before, aborted or sent in a dry run either', async () => {
    const store = new MemoryStore();
    const options = { guildId, codes: ['wos', 'WOS'], send: new Recorder().send };
    const aborted = await sendOnce(store, { ...options, signal: AbortSignal.abort() });
    const dry = await sendOnce(store, { ...options, dryRun: true });
    await sendOnce(store, options);
    const later = await sendOnce(store, options);
    for (const report of [aborted, dry, later]) expect(report.codes[1]).toMatchObject({ status: 'same-code', sameAs: 'wos' });
    expect([aborted, dry, later].map((report) => report.codes[0]?.status)).toEqual(['failed', 'would-send', 'already-sent']);
  });

  it('are counted for each guild by announce', async () => {
    const report = await announce(new MemoryStore(), { guilds: ['1', '2'], codes, send: new Recorder().send });
    expect(report.counts).toMatchObject({ sent: 4, 'same-code': 4 });
  });

  it('are logged once for each store, however many rounds offer them', async () => {
    const store = new MemoryStore();
    const logger = new Lines();
    await sendOnce(store, { guildId, codes: ['A'], send: new Recorder().send, logger });
    expect(logger.all).toEqual(['info Marked 1 new codes as sent for guild g', 'info guild g: 1 sent']);
    for (const each of ['1', '2']) await sendOnce(store, { guildId: each, codes, send: new Recorder().send, logger });
    const line = (spelling: string, sameAs: string): string =>
      `warn MemoryStore: "${spelling}" was offered beside "${sameAs}". The identity "${giftCodeIdentity.name}" takes them for one code, so ` +
      'only the first is sent. If they are two codes, the store needs another identity.';
    const counts = (each: string): string[] => [
      `info Marked 2 new codes as sent for guild ${each}`,
      `info guild ${each}: 2 sent, 2 same-code`,
    ];
    expect(logger.all.slice(2)).toEqual([line('WOS', 'wos'), line(' b', 'B'), ...counts('1'), ...counts('2')]);
    await sendOnce(new MemoryStore(), { guildId, codes: ['wos', 'WOS'], send: new Recorder().send, logger });
    expect(logger.all.slice(8)).toEqual([
      line('WOS', 'wos'),
      'info Marked 1 new codes as sent for guild g',
      'info guild g: 1 sent, 1 same-code',
    ]);
  });
});
