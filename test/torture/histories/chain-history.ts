import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoStore } from 'sent-code-store';
import { type FrameProxy, startFrameProxy } from '../../tools/mongo/frame-proxy/frame-proxy.js';
import { scriptOf } from '../../tools/script.js';
import { Database } from '../database.js';
import { randomOf, subseed } from '../random.js';
import { audit } from './audit.js';
import { Bots } from './bots.js';
import { ChainActs, type Act } from './chain-acts.js';
import { violations } from './checker/checker.js';
import type { Promises } from './checker/evidence.js';
import { readHistory } from './history.js';
import { Trouble } from './trouble.js';
import { keep, type Verdict } from './verdict.js';

/** A history of chains: a first store that all processes share, and a mirror of each. */
export interface ChainHistory {
  readonly seed: number;
  readonly bots: 1 | 2;
  /** What happens, one after the other. Default: by the seed. */
  readonly acts: number | readonly Act[];
  readonly paceMs: number;
  readonly between: { readonly kills: number; readonly stops: number };
}

/**
 * A process alone goes on in an outage, and knows that its own processes of before are dead. Two hold
 * all guilds in an outage, since neither can know what the other sends: so what one of them was told
 * while its first store was away is not yet known to the other.
 */
const KINDS: Record<1 | 2, { readonly whenDegraded: 'continue' | 'hold'; readonly promises: Promises }> = {
  1: { whenDegraded: 'continue', promises: { deadOwnersCount: false, reach: 'all', firstMarkWins: false } },
  2: { whenDegraded: 'hold', promises: { deadOwnersCount: true, reach: 'healthy', firstMarkWins: false } },
};

/** Lets one or two processes with a FallbackStore make calls while their stores go away, are emptied, restored, wiped and damaged. */
export async function runChainHistory(uri: string, options: ChainHistory): Promise<Verdict> {
  const { seed, bots: count, paceMs, between } = options;
  const { whenDegraded, promises } = KINDS[count];
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-chain-'));
  const database = new Database(uri, `torture_${seed}_${Date.now()}`);
  const script = await scriptOf(new URL('bot/main.ts', import.meta.url));
  const proxies = new Map<string, FrameProxy>();
  const uriOf = (bot: string): string => proxies.get(bot)?.uri ?? '';
  const bots = new Bots({ script, folder, seed, uriOf, database: database.name, paceMs, whenDegraded });
  const trouble = new Trouble(seed, bots, between);
  const auditor = new MongoStore({ uri, database: database.name });
  const broken: string[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const bot = `bot${index}`;
      await mkdir(join(folder, bot));
      proxies.set(bot, await startFrameProxy(uri, () => trouble.fateOf(bot)));
      bots.start(bot);
    }
    const acts = new ChainActs({ bots, database, proxies, trouble, random: randomOf(subseed(seed, 3, count)) });
    try {
      await acts.run(options.acts);
      await bots.end();
    } catch (error) {
      broken.push(`hung: ${String(error)}`);
      await bots.abandon();
    }
    const path = join(folder, 'auditor.ndjson');
    if (broken.length === 0) await audit(auditor, readHistory(bots.logs).calls, path);
    const history = readHistory(broken.length === 0 ? [...bots.logs, path] : bots.logs);
    broken.push(...violations(history, promises));
    const kept = broken.length > 0 ? await keep(folder, `chains-${count}-${seed}`) : undefined;
    const inOutage = history.calls.filter(({ healthy, value }) => !healthy && value !== undefined).length;
    const counts = { ...trouble.counts, ...bots.counts, ...acts.counts, calls: history.calls.length, inOutage };
    return { seed, broken, kept, counts };
  } finally {
    await bots.abandon();
    for (const proxy of proxies.values()) await proxy.close();
    await database.drop();
    await auditor.close();
    await rm(folder, { recursive: true, force: true });
  }
}
