import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Document } from 'mongodb';
import type { FrameProxy } from '../../tools/mongo/frame-proxy/frame-proxy.js';
import type { Database } from '../database.js';
import type { Random } from '../random.js';
import type { Bots } from './bots.js';
import type { Trouble } from './trouble.js';

/**
 * What happens to the stores of chains.
 * - `network`: commands have accidents, and processes are killed and stopped.
 * - `outage`: the first store is away for all bots, or for one.
 * - `crash`: a bot is killed in an outage, and starts again in it.
 * - `empty`, `replace`, `restore`: in an outage the first store is emptied, is another one, or gets back an older copy of itself.
 * - `copy`: that copy is made.
 * - `wipe`, `damage`: the mirror of a bot that had nothing to tell the first store is lost, or damaged.
 */
export type Act = 'network' | 'outage' | 'crash' | 'empty' | 'replace' | 'copy' | 'restore' | 'wipe' | 'damage';

const ACTS = [
  'network',
  'network',
  'outage',
  'outage',
  'crash',
  'empty',
  'replace',
  'copy',
  'restore',
  'wipe',
  'damage',
] as const;

/** Commands of an act in which the network has accidents. */
const COMMANDS = 250;
/** An outage that lasts so many ms is noticed by every bot. */
const NOTICED_MS = 300;
/** Longest part of an outage, in ms. */
const OUTAGE_MS = 1500;

interface Stage {
  readonly bots: Bots;
  readonly database: Database;
  readonly proxies: ReadonlyMap<string, FrameProxy>;
  readonly trouble: Trouble;
  readonly random: Random;
}

/** Brings about what happens to the stores of chains, while their bots make calls. */
export class ChainActs {
  readonly counts: Record<`act ${Act}`, number> = {
    'act network': 0,
    'act outage': 0,
    'act crash': 0,
    'act empty': 0,
    'act replace': 0,
    'act copy': 0,
    'act restore': 0,
    'act wipe': 0,
    'act damage': 0,
  };
  readonly #stage: Stage;
  /** A copy of the first store. After an outage its secret is an old one. */
  #copy: { readonly documents: Document[]; isOld: boolean } | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    stage.trouble.isOn = false;
  }

  /** Lets so many acts happen, or these. Afterwards all stores are up, and have everything. */
  async run(acts: number | readonly Act[]): Promise<void> {
    const { bots, random } = this.#stage;
    await this.#settle();
    const chosen = typeof acts === 'number' ? Array.from({ length: acts }, () => random.pick(ACTS)) : acts;
    for (const act of chosen) {
      await bots.orderAll('go on');
      await this.#work();
      await this.#act(act);
      await this.#settle();
    }
  }

  async #act(act: Act): Promise<void> {
    const { database, trouble, random } = this.#stage;
    // Only a copy that is older than the last change of the secret is recognised.
    if (act === 'restore' && this.#copy === undefined) await this.#act('copy');
    if (act === 'restore' && this.#copy?.isOld === false) {
      await this.#outage(async () => undefined, true);
      await this.#settle();
    }
    this.counts[`act ${act}`] += 1;
    switch (act) {
      case 'network': {
        const until = trouble.counts.commands + COMMANDS;
        trouble.isOn = true;
        while (trouble.counts.commands < until) await delay(20);
        trouble.isOn = false;
        return;
      }
      case 'outage':
        await this.#outage(async () => undefined, random.chance(0.5));
        break;
      case 'crash':
        await this.#outage(() => this.#crash(), random.chance(0.5));
        break;
      case 'empty':
        await this.#replacement(() => database.restore([]));
        break;
      case 'replace':
        await this.#replacement(() => database.restore(OTHERS));
        break;
      case 'restore':
        await this.#replacement(() => database.restore(this.#copy?.documents ?? []));
        break;
      case 'copy':
        this.#copy = { documents: await database.copy(), isOld: false };
        return;
      case 'wipe':
        await this.#lossOfMirror(async (path) => {
          for (const name of await readdir(dirname(path))) await rm(join(dirname(path), name), { recursive: true });
        });
        return;
      case 'damage':
        await this.#lossOfMirror((path) => this.#damage(path));
        return;
    }
  }

  /** Lets the bots work for a moment. */
  async #work(): Promise<void> {
    await delay(200 + this.#stage.random.below(400));
  }

  async #crash(): Promise<void> {
    const { bots, random } = this.#stage;
    await bots.kill(bots.names[random.below(bots.names.length)] ?? '');
  }

  /** The first store is away. `forAll`: for every bot. */
  async #outage(meanwhile: () => Promise<void>, forAll: boolean): Promise<void> {
    const { bots, proxies, random } = this.#stage;
    const one = bots.names[random.below(bots.names.length)];
    const away = [...proxies].filter(([bot]) => forAll || bot === one).map(([, proxy]) => proxy);
    for (const proxy of away) proxy.cutOff();
    await delay(NOTICED_MS + random.below(OUTAGE_MS));
    await meanwhile();
    await delay(random.below(OUTAGE_MS));
    for (const proxy of away) proxy.restore();
    // Each mirror changes its secret when it comes back.
    if (forAll && this.#copy !== undefined) this.#copy.isOld = true;
    await this.#work();
  }

  /** In an outage the first store becomes another one. What the mirrors have at that moment is what remains. */
  async #replacement(replace: () => Promise<void>): Promise<void> {
    const { bots, random } = this.#stage;
    // Nothing is on its way: a secret that arrived late would tie a mirror to a store that it has not filled.
    await this.#settle();
    await bots.orderAll('go on');
    await this.#outage(async () => {
      await bots.orderAll('census');
      await replace();
      await bots.orderAll('go on');
    }, true);
    if (random.chance(0.3)) await this.#crash();
  }

  /** A bot without anything to tell the first store is killed, and starts without what its mirror had. */
  async #lossOfMirror(lose: (path: string) => Promise<void>): Promise<void> {
    const { bots, random } = this.#stage;
    await this.#settle();
    const bot = bots.names[random.below(bots.names.length)] ?? '';
    await bots.kill(bot, () => lose(bots.mirrorOf(bot)));
    await bots.orderAll('go on');
    await this.#work();
  }

  /** Changes one byte of a file of the mirror. */
  async #damage(path: string): Promise<void> {
    const files = (await readdir(dirname(path))).filter((name) => name.startsWith('mirror.json') && !name.endsWith('.lock'));
    for (const name of files) {
      const file = join(dirname(path), name);
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      if (bytes.length === 0) continue;
      const at = this.#stage.random.below(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x55, at);
      await writeFile(file, bytes);
      return;
    }
  }

  /** Waits until all first stores have everything, and decide. The bots rest afterwards. */
  async #settle(): Promise<void> {
    const { bots, proxies, trouble } = this.#stage;
    trouble.isOn = false;
    for (const proxy of proxies.values()) proxy.restore();
    await bots.awake();
    await bots.orderAll('settle');
    while ([...proxies.values()].some((proxy) => proxy.late() > 0)) await delay(20);
  }
}

/** What another database has: codes of a guild that no bot has heard of. */
const OTHERS: readonly Document[] = ['A', 'B', 'C'].map((code) => ({
  _id: `other-guild:${code}`,
  guild_id: 'other-guild',
  code,
  source: 'auto',
  sent_at: new Date(0),
  created_at: new Date(0),
  updated_at: new Date(0),
  mark_id: `other ${code}`,
}));
