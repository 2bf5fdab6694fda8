// Runs the rounds of the documented bot without the gateway, with short windows. Put beside its package.json.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeClient, makeRound } from './src/round.js';
import { readSettings } from './src/settings.js';
import { openStore } from './src/store.js';

const settings = readSettings(process.env);
const client = makeClient(settings);
client.rest.setToken(settings.token);
const options = { leaseMs: 1000, retryWithinMs: 800, settleMs: 600, logger: undefined };
const round = makeRound({ client, store: openStore(settings), settings, options });

for (;;) {
  const { counts } = await round([...settings.channels.keys()]);
  console.log(JSON.stringify({ pid: process.pid, ...counts }));
  await sleep(50);
}
