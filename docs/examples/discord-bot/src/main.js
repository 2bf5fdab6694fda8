import { setTimeout as sleep } from 'node:timers/promises';
import { Events } from 'discord.js';
import { answerCommands } from './commands.js';
import { makeClient, makeRound } from './round.js';
import { readSettings } from './settings.js';
import { openStore } from './store.js';

const settings = readSettings(process.env);
const store = openStore(settings);
const client = makeClient(settings);
const shutdown = new AbortController();
const round = makeRound({ client, store, settings, options: { signal: shutdown.signal } });

/** One job after another: a reset in the middle of a round could have a code of it posted again. */
let last = Promise.resolve();
function inTurn(job) {
  const result = last.then(job);
  last = result.catch(() => undefined);
  return result;
}

client.once(Events.ClientReady, async () => {
  await answerCommands({ client, store, settings, inTurn });
  while (!shutdown.signal.aborted) {
    const guilds = [...settings.channels.keys()].filter((guildId) => client.guilds.cache.has(guildId));
    await inTurn(() => round(guilds)).catch((error) => console.error('this round failed, the next one tries again:', error));
    await sleep(5000, undefined, { signal: shutdown.signal }).catch(() => undefined);
  }
  await client.destroy();
  await store.close();
});

// A shard whose manager died ends too: the next manager starts shards of its own.
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(signal, () => shutdown.abort());
await client.login(settings.token);
