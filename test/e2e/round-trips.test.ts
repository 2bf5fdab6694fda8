import { expect, it } from 'vitest';
import { announce } from '../../src/delivery/announce.js';
import { sendOnce } from '../../src/delivery/send-once.js';
import { ManualTime } from '../support/delivery/manual-time.js';
import { Recorder } from '../support/delivery/recorder.js';
import { mongoWorld } from '../support/mongo-stores.js';

it('announcing 10 codes to 1 000 guilds, of which nothing is new, costs 10 round trips', async () => {
  const { store, log } = await mongoWorld();
  const guilds = Array.from({ length: 1000 }, (_, index) => String(900_000_000_000_000_000n + BigInt(index)));
  const codes = Array.from({ length: 10 }, (_, index) => `CODE${index}`);
  await store.markSentMany(guilds.map((guildId) => ({ guildId, codes })));
  log.mark();
  const recorder = new Recorder();
  const report = await announce(store, { guilds, codes, send: recorder.send });
  expect(report.counts['already-sent']).toBe(10_000);
  expect(recorder.sent).toEqual([]);
  expect(log.names()).toEqual(Array.from({ length: 10 }, () => 'find'));
});

it('announcing 10 new codes to 20 guilds costs a look-up, and three round trips for each message', async () => {
  const { store, log } = await mongoWorld();
  const guilds = Array.from({ length: 20 }, (_, index) => String(index));
  const codes = Array.from({ length: 10 }, (_, index) => `CODE${index}`);
  const recorder = new Recorder();
  const report = await announce(store, { guilds, codes, send: recorder.send, concurrency: 1, clock: new ManualTime() });
  expect(report.counts.sent).toBe(200);
  expect(log.names()).toEqual(['find', ...guilds.flatMap(() => ['update', 'find', 'update'])]);
});

it('sending 2 000 codes to one guild costs three round trips for each message, also when it takes long', async () => {
  const { store, log } = await mongoWorld();
  const time = new ManualTime();
  const codes = Array.from({ length: 2000 }, (_, index) => `CODE${index}`);
  let sends = 0;
  const send = async (): Promise<void> => {
    sends += 1;
    if (sends % 20 === 0) time.stop(6000);
  };
  const options = { guildId: '1', codes, maxPerMessage: 25, send, clock: time, schedule: time.schedule };
  expect((await sendOnce(store, options)).counts.sent).toBe(2000);
  expect(sends).toBe(80);
  const lookUps = log.names().length - 3 * sends;
  // Two for the first look-up, and one for each time that it had become old.
  expect(lookUps).toBe(2 + 3);
});
