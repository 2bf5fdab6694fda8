import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoStore } from 'sent-code-store';
import { type FrameProxy, startFrameProxy } from '../../tools/mongo/frame-proxy/frame-proxy.js';
import { scriptOf } from '../../tools/script.js';
import { Database } from '../database.js';
import { audit } from './audit.js';
import { Bots } from './bots.js';
import { violations } from './checker/checker.js';
import { readHistory } from './history.js';
import { keep, type Verdict } from './verdict.js';
import { Trouble } from './trouble.js';

/** How large a history is. */
export interface MongoHistory {
  readonly seed: number;
  readonly bots: number;
  /** Ends when so many commands went to the server. */
  readonly commands: number;
  readonly paceMs: number;
  /** Mean number of commands between two accidents of a process. */
  readonly between: { readonly kills: number; readonly stops: number };
}

/** The promises of a store that all processes share. */
const SHARED = { deadOwnersCount: true, reach: 'all', firstMarkWins: true } as const;

/** Lets processes with a MongoStore each, on one collection, make calls while the network and the processes have accidents. */
export async function runMongoHistory(
  uri: string,
  { seed, bots: count, commands, paceMs, between }: MongoHistory,
): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-history-'));
  const database = new Database(uri, `torture_${seed}_${Date.now()}`);
  const script = await scriptOf(new URL('bot/main.ts', import.meta.url));
  const proxies = new Map<string, FrameProxy>();
  const uriOf = (bot: string): string => proxies.get(bot)?.uri ?? '';
  const bots = new Bots({ script, folder, seed, uriOf, database: database.name, paceMs });
  const trouble = new Trouble(seed, bots, between);
  const auditor = new MongoStore({ uri, database: database.name });
  try {
    for (let index = 0; index < count; index += 1) {
      const bot = `bot${index}`;
      proxies.set(bot, await startFrameProxy(uri, () => trouble.fateOf(bot)));
      bots.start(bot);
    }
    while (trouble.counts.commands < commands) await delay(20);
    trouble.isOn = false;
    await bots.end();
    const path = join(folder, 'auditor.ndjson');
    await audit(auditor, readHistory(bots.logs).calls, path);
    const history = readHistory([...bots.logs, path]);
    const broken = violations(history, SHARED);
    const kept = broken.length > 0 ? await keep(folder, `histories-${seed}`) : undefined;
    return { seed, broken, kept, counts: { ...trouble.counts, ...bots.counts, calls: history.calls.length } };
  } finally {
    await bots.abandon();
    for (const proxy of proxies.values()) await proxy.close();
    await database.drop();
    await auditor.close();
    await rm(folder, { recursive: true, force: true });
  }
}
