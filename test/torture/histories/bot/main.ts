import { setTimeout as pause } from 'node:timers/promises';
import { FallbackStore, JsonFileStore, MongoStore, type SentCodeStore } from 'sent-code-store';
import { randomOf, subseed } from '../../random.js';
import { Recorder } from '../recorder.js';
import type { BotConfig, Order } from './config.js';
import { codeOf, GUILDS, oldestAfter } from './config.js';
import { Workload } from './workload.js';

/** A bot makes several calls at a time. */
const TASKS = 2;

const config = JSON.parse(process.argv[2] ?? '') as BotConfig;
const { seed, bot, life, chain, paceMs, callsBefore } = config;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const mongo = new MongoStore({
  uri: config.uri,
  database: config.database,
  logger: quiet,
  // A command that is held up for longer is not answered, and may be done all the same.
  operationTimeoutMs: 400,
  clientOptions: { minHeartbeatFrequencyMS: 0, maxPoolSize: 4 },
});
const mirror = chain && new JsonFileStore({ path: chain.path, logger: quiet });
const fallback =
  mirror &&
  new FallbackStore([mongo, mirror], {
    logger: quiet,
    // Longer than any stop of the process: the mirror's disk does not fail.
    operationTimeoutMs: 3000,
    probeAfterMs: 50,
    leaseMs: 1500,
    whenDegraded: chain.whenDegraded,
  });
const store: SentCodeStore = fallback ?? mongo;
const isHealthy = (): boolean => fallback === undefined || fallback.status().state === 'healthy';
const recorder = new Recorder({ path: config.log, bot, life, isHealthy });
const random = randomOf(subseed(seed, life));

let isEnding = false;
let isResting = false;
let underWay = 0;

async function task(): Promise<void> {
  const workload = new Workload(store, recorder, random, callsBefore);
  while (!isEnding) {
    await pause(random.fraction() * 2 * paceMs);
    if (isResting) continue;
    underWay += 1;
    await workload.step();
    underWay -= 1;
  }
}

const tasks = Promise.all(Array.from({ length: TASKS }, task));

const atRest = async (): Promise<void> => {
  isResting = true;
  while (underWay > 0) await pause(5);
};

/** Records what the mirror has of every code that was ever in play. */
async function census(): Promise<void> {
  if (mirror === undefined) return;
  // Another bot may be further on.
  const codes = Array.from({ length: 2 * oldestAfter(callsBefore + recorder.calls) + 100 }, (_, index) => codeOf(index));
  const kept: Record<string, string> = {};
  for (const guildId of GUILDS) {
    for (const [code, state] of await mirror.states(guildId, codes)) if (state !== 'absent') kept[`${guildId}:${code}`] = state;
  }
  for await (const guildId of mirror.listGuilds()) {
    for await (const { code } of mirror.listSent(guildId)) kept[`${guildId}:${code}`] = 'sent';
  }
  recorder.write({ kind: 'replaced', bot, kept });
}

const ORDERS: Record<Order, () => Promise<void>> = {
  rest: atRest,
  'go on': async () => {
    isResting = false;
  },
  settle: async () => {
    await atRest();
    for (let tries = 1; ; tries += 1) {
      await store.ping().catch((error: unknown) => tries % 500 === 0 && recorder.write({ kind: 'note', note: String(error) }));
      await pause(5);
      if (isHealthy()) return;
      if (tries % 500 === 0) recorder.write({ kind: 'note', note: fallback?.status() });
    }
  },
  census: async () => {
    await atRest();
    await census();
  },
  end: async () => {
    isEnding = true;
    await tasks;
    await store.close();
  },
};

process.on('message', (order: Order) => {
  void ORDERS[order]().then(() => {
    process.send?.(order);
    if (order === 'end') process.disconnect();
  });
});
// Without whoever started it, a bot ends.
process.on('disconnect', () => isEnding || process.exit(1));
