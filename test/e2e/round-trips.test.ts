import { expect, it } from 'vitest';
import { announce } from '../../src/delivery/announce.js';
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
