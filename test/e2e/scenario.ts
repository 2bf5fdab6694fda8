import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { deferred } from '../support/delivery/deferred.js';
import { seeded } from '../support/delivery/jitter.js';
import type { DiscordApiControl } from '../tools/discord-api/control-client.js';
import { startTcpProxy, type TcpProxy } from '../tools/tcp-proxy/tcp-proxy.js';
import { type BotConfig, type Incident, incidents } from './bot/config.js';
import { openStore } from './bot/open-store.js';
import { runBot } from './bot-process.js';
import { judge, type Verdict } from './oracle.js';

/** What a scenario is run against. */
export interface Stage {
  readonly apiUrl: string;
  readonly control: DiscordApiControl;
  readonly mongoUri: string;
}

export interface Scenario {
  readonly seed: number;
  readonly store: 'mongo' | 'json-file';
  readonly policy: BotConfig['policy'];
  readonly nonce: boolean;
  /** Bot processes at once; the JSON file takes one. */
  readonly bots: number;
  /** Accidents of each bot, one after the other; then it runs until nothing is left to do. */
  readonly accidents: number;
}

/** What happened, beside the verdict. */
export interface ScenarioResult extends Verdict {
  readonly incidents: Readonly<Partial<Record<Incident, number>>>;
  readonly outages: number;
  readonly failedRounds: number;
}

/** A bot that has not come to rest by then never will, also on a busy machine. */
const LIMIT_MS = 90_000;
const CODES = ['ALPHA1', 'BETA2', 'GAMMA3', 'DELTA4', 'EPSILON5', 'ZETA6'];

/**
 * Runs one scenario: bots with accidents and a store with outages, all by the seed, then bots without any until nothing is left
 * to do.
 */
export async function runScenario(stage: Stage, scenario: Scenario): Promise<ScenarioResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-e2e-'));
  const database = `e2e_${randomBytes(8).toString('hex')}`;
  const proxy = scenario.store === 'mongo' ? await startTcpProxy(stage.mongoUri) : undefined;
  try {
    const direct = scenario.store === 'mongo' ? ({ kind: 'mongo', uri: stage.mongoUri, database } as const) : undefined;
    const path = join(folder, 'sent.json');
    const store = direct === undefined ? ({ kind: 'json-file', path } as const) : { ...direct, uri: proxy?.uri ?? direct.uri };
    const base = { ...botBase(stage, scenario), store };
    const tally = await runBots(base, scenario, proxy);
    // Leases that were left behind run out, and whoever asks next finds them.
    const end = await runBot({ ...base, seed: scenario.seed, incident: null, limitMs: LIMIT_MS });
    if (end.how !== 'quiet') {
      throw new Error(`seed ${scenario.seed}: the last bot did not come to rest: ${end.lastLines.join('\n')}`);
    }
    const reader = openStore(direct ?? store);
    try {
      return { ...tally, ...(await judge(reader, stage.control, base)) };
    } finally {
      await reader.close();
    }
  } finally {
    await proxy?.close();
    await rm(folder, { recursive: true });
    if (scenario.store === 'mongo') await dropDatabase(stage.mongoUri, database);
  }
}

function botBase(stage: Stage, { policy, nonce }: Scenario): Omit<BotConfig, 'store' | 'seed' | 'incident' | 'limitMs'> {
  const channels = Object.fromEntries(['guild-1', 'guild-2', 'guild-3'].map((guildId) => [guildId, channelId()]));
  return { apiUrl: stage.apiUrl, policy, nonce, channels, codes: CODES };
}

/** The fake knows every channel that was not deleted; random ids keep scenarios apart. */
function channelId(): string {
  return String(100_000_000_000_000_000n + BigInt(`0x${randomBytes(6).toString('hex')}`));
}

async function runBots(
  base: Omit<BotConfig, 'seed' | 'incident' | 'limitMs'>,
  { seed, bots, accidents, policy }: Scenario,
  proxy: TcpProxy | undefined,
): Promise<Pick<ScenarioResult, 'incidents' | 'outages' | 'failedRounds'>> {
  const happened: Partial<Record<Incident, number>> = {};
  let failedRounds = 0;
  const meet = meetingOf(bots);
  const bot = async (index: number): Promise<void> => {
    const random = seeded(seed * 100 + index);
    for (let life = 0; life <= accidents; life += 1) {
      const what = incidents[Math.floor(random() * incidents.length)];
      const incident = life === accidents || what === undefined ? null : { what, nth: 1 + Math.floor(random() * 2) };
      // The naive bot has no claims to lose.
      const planned = policy === 'naive' ? null : incident;
      const limitMs = incident === null ? LIMIT_MS : 6000;
      const end = await runBot({ ...base, seed: seed * 1000 + index * 10 + life, incident: planned, limitMs }, meet);
      failedRounds += end.failedRounds;
      if (incident !== null && (end.how === 'killed' || end.stopped))
        happened[incident.what] = (happened[incident.what] ?? 0) + 1;
    }
  };
  const over = new AbortController();
  const outages = proxy === undefined ? Promise.resolve(0) : breakStore(proxy, seeded(seed), over.signal);
  await Promise.all(Array.from({ length: bots }, (_, index) => bot(index))).finally(() => over.abort());
  return { incidents: happened, outages: await outages, failedRounds };
}

/** Resolves for everybody when so many have come. */
function meetingOf(count: number): () => Promise<void> {
  const all = deferred();
  let here = 0;
  return () => {
    here += 1;
    if (here === count) all.resolve();
    return all.promise;
  };
}

/** Cuts, refuses and stalls the connections to the store, now and then. */
async function breakStore(proxy: TcpProxy, random: () => number, over: AbortSignal): Promise<number> {
  let outages = 0;
  const wait = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: over }).catch(() => undefined);
  for (;;) {
    await wait(300 + random() * 1500);
    if (over.aborted) return outages;
    outages += 1;
    const mode = (['cut', 'refuse', 'stall', 'halfOpen'] as const)[Math.floor(random() * 4)] ?? 'cut';
    await proxy.mode(mode);
    await wait(100 + random() * 500);
    await proxy.mode('pass');
  }
}

async function dropDatabase(uri: string, database: string): Promise<void> {
  const client = new MongoClient(uri);
  await client.db(database).dropDatabase();
  await client.close();
}
