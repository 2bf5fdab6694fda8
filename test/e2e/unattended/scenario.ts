import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { seeded } from '../../support/delivery/jitter.js';
import { CHANNEL_TYPES } from '../../tools/discord-api/channels.js';
import { startTcpProxy, type TcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';
import { openStore } from '../bot/open-store.js';
import { type BotEnd, runBot } from '../bot-process.js';
import { deaths, tears, type UnattendedConfig, WINDOWS } from './bot/config.js';
import type { Trouble, UnattendedStage } from './trouble.js';
import { judge, type Verdict } from './verdict.js';

export interface UnattendedScenario {
  readonly seed: number;
  readonly store: 'mongo' | 'json-file';
  readonly channel: 'text' | 'forum';
  readonly find: UnattendedConfig['find'];
  /** Bot processes at once; the JSON file takes one. */
  readonly bots: number;
  /** How often each bot is killed at most. */
  readonly accidents: number;
  readonly outages: number;
  /** Whether messages carry their id. */
  readonly marked: boolean;
  /** Whether the bots die between the writes of single codes, and in no other way. */
  readonly torn?: boolean;
  /** What else is wrong with Discord. A control ends with it. */
  readonly trouble?: Trouble;
}

export interface UnattendedResult extends Verdict {
  readonly kills: number;
  readonly restarts: number;
  /** What the platform was found to say of an uncertain message, and how often. */
  readonly asked: Readonly<Partial<Record<string, number>>>;
  /** With a trouble: what was posted, missing and held while it lasted, and all bots were at rest. */
  readonly troubled?: Verdict;
}

/** A bot that has not come to rest by then never will, also on a busy machine. */
const LIMIT_MS = 60_000;
export const CODES = ['ALPHA1', 'BETA2', 'GAMMA3', 'DELTA4', 'EPSILON5', 'ZETA6'];

/**
 * Runs one scenario, all by the seed: bots that are killed while Discord has outages; then bots that are not, until all is at rest;
 * then, if there was a trouble, its end, and bots once more.
 */
export async function runUnattended(stage: UnattendedStage, scenario: UnattendedScenario): Promise<UnattendedResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-e2e-'));
  const database = `e2e_${randomBytes(8).toString('hex')}`;
  const proxy = await startTcpProxy(stage.apiUrl);
  try {
    const path = join(folder, 'sent.json');
    const store = (
      scenario.store === 'mongo' ? { kind: 'mongo', uri: stage.mongoUri, database } : { kind: 'json-file', path }
    ) satisfies UnattendedConfig['store'];
    const guilds = Object.fromEntries(['guild-1', 'guild-2', 'guild-3'].map((id) => [id, [channelId()]]));
    await setForums(stage, scenario, guilds);
    await scenario.trouble?.begin(stage, guilds);
    const base = configBase(stage, scenario, proxy, store);
    const channels = (): Record<string, string> =>
      Object.fromEntries(Object.entries(guilds).map(([id, all]) => [id, all.at(-1)!]));
    const tally: Tally = { kills: 0, restarts: 0, asked: {} };
    await runBots({ ...base, channels }, scenario, proxy, tally);
    await scenario.trouble?.inTheMiddle?.(stage, guilds);
    await setForums(stage, scenario, guilds);

    const look = async (): Promise<Verdict> => {
      const reader = openStore(store);
      try {
        return await judge(reader, stage.control, guilds, CODES);
      } finally {
        await reader.close();
      }
    };
    const restsWhenHeld = scenario.trouble?.held === true || scenario.find === 'none';
    const rest = (restsWhenHeld: boolean): Promise<void> =>
      runToRest({ ...base, channels: channels(), site: null, restsWhenHeld }, tally);
    await rest(restsWhenHeld);
    if (scenario.trouble === undefined || scenario.find !== 'preset') return { ...(await look()), ...tally };
    const troubled = await look();
    await scenario.trouble.end(stage, guilds);
    await rest(false);
    return { ...(await look()), ...tally, troubled };
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true });
    if (scenario.store === 'mongo') await dropDatabase(stage.mongoUri, database);
  }
}

type Base = Omit<UnattendedConfig, 'channels' | 'seed' | 'incident' | 'limitMs' | 'site' | 'restsWhenHeld'>;

function configBase(
  stage: UnattendedStage,
  { channel, find, marked }: UnattendedScenario,
  proxy: TcpProxy,
  store: UnattendedConfig['store'],
): Base {
  const urls = { apiUrl: `http://127.0.0.1:${proxy.port}`, controlUrl: stage.apiUrl };
  return { ...urls, store, find, marked, forum: channel === 'forum', codes: CODES };
}

/** The fake knows every channel that was not deleted; random ids keep scenarios apart. */
export function channelId(): string {
  return String(100_000_000_000_000_000n + BigInt(`0x${randomBytes(6).toString('hex')}`));
}

async function setForums(
  { control }: UnattendedStage,
  { channel }: UnattendedScenario,
  guilds: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  if (channel === 'text') return;
  for (const id of Object.values(guilds).flat()) await control.setChannel(id, { type: CHANNEL_TYPES.forum });
}

interface Tally {
  kills: number;
  restarts: number;
  asked: Record<string, number>;
}

/** Bots one life after another, and a site that gets one code after the other, until the outages are over. */
async function runBots(
  { channels, ...base }: Base & { readonly channels: () => Record<string, string> },
  { seed, bots, accidents, outages, torn = false }: UnattendedScenario,
  proxy: TcpProxy,
  tally: Tally,
): Promise<void> {
  let over = false;
  const site = { since: Date.now(), everyMs: ((outages + 1) * WINDOWS.outageMs) / CODES.length };
  const bot = async (index: number): Promise<void> => {
    const random = seeded(seed * 100 + index);
    let left = accidents;
    for (let life = 0; !over; life += 1) {
      const list = torn ? tears : deaths;
      const what = list[Math.floor(random() * list.length)]!;
      const incident = left > 0 ? { what, nth: 1 + Math.floor(random() * 2) } : null;
      const limitMs = 1500 + random() * 1500;
      const config = { ...base, channels: channels(), site, restsWhenHeld: false, incident, limitMs };
      if ((await runLife({ ...config, seed: seed * 1000 + index * 50 + life }, tally)).how === 'killed') left -= 1;
    }
  };
  const breaking = breakDiscord(proxy, seeded(seed), outages).finally(() => (over = true));
  await Promise.all([breaking, ...Array.from({ length: bots }, (_, index) => bot(index))]);
}

async function runLife(config: UnattendedConfig, tally: Tally): Promise<BotEnd> {
  const end = await runBot(config, undefined, main);
  if (end.how === 'killed') tally.kills += 1;
  else tally.restarts += 1;
  for (const line of end.lines) {
    const outcome = /^asked: (.*)$/.exec(line)?.[1];
    if (outcome !== undefined) tally.asked[outcome] = (tally.asked[outcome] ?? 0) + 1;
  }
  return end;
}

const main = new URL('bot/main.ts', import.meta.url);
const MOST_LIVES = 20;

/** A bot that has to wait for a minute until it may ask again is started anew: then it asks at once. */
async function runToRest(base: Omit<UnattendedConfig, 'seed' | 'incident' | 'limitMs'>, tally: Tally): Promise<void> {
  for (let life = 0; life < MOST_LIVES; life += 1) {
    const { how, lastLines } = await runLife({ ...base, seed: life, incident: null, limitMs: LIMIT_MS }, tally);
    if (how === 'quiet') return;
    if (how !== 'waiting' || life === MOST_LIVES - 1)
      throw new Error(`the last bot did not come to rest: ${lastLines.join('\n')}`);
  }
}

/** Outages that last longer than every window: nobody listens, or requests arrive and no answer comes back. */
async function breakDiscord(proxy: TcpProxy, random: () => number, outages: number): Promise<void> {
  for (let outage = 0; outage < outages; outage += 1) {
    await sleep(600 + random() * 800);
    await proxy.mode(random() < 0.5 ? 'halfOpen' : 'refuse');
    await sleep(WINDOWS.outageMs);
    await proxy.mode('cut');
  }
  await sleep(WINDOWS.outageMs);
}

async function dropDatabase(uri: string, database: string): Promise<void> {
  const client = new MongoClient(uri);
  await client.db(database).dropDatabase();
  await client.close();
}
