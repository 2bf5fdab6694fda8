import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { FallbackStore, JsonFileStore, MongoStore, type SentCodeStore } from 'sent-code-store';
import { type Kind, type Leaks, type Use, WINDOWS } from '../use.js';
import { difference, heapAfterCollection, holdings, settled } from './holdings.js';

const { kind, uri, database, calls, openings } = JSON.parse(process.argv[2] ?? '') as Use;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a bot has itself, as long as it runs: its client, and a folder. */
interface Bot {
  readonly client: MongoClient;
  readonly folder: string;
}

const OPEN: Record<Kind, (bot: Bot) => SentCodeStore> = {
  JsonFileStore: ({ folder }) => new JsonFileStore({ path: join(folder, 'sent.json'), logger: quiet }),
  MongoStore: () => new MongoStore({ uri, database, logger: quiet }),
  'MongoStore of a client': ({ client }) => new MongoStore({ client, database, logger: quiet }),
  FallbackStore: ({ client, folder }) =>
    new FallbackStore(
      [
        new MongoStore({ client, database, logger: quiet }),
        new JsonFileStore({ path: join(folder, 'mirror.json'), logger: quiet }),
      ],
      { logger: quiet },
    ),
};

/** Each call of a store in turn. The codes are always the same, so what the store keeps does not grow. */
async function use(store: SentCodeStore, count: number): Promise<void> {
  const guildId = '1';
  const codes = ['A', 'B'];
  for (let call = 0; call < count;) {
    const { claim } = await store.claim(guildId, ['C', 'D']);
    if (claim === undefined) throw new Error('the codes are not free');
    const [taken] = await store.renew(claim).then(async (renewed) => {
      await store.release(renewed, 'uncertain');
      return store.takeUncertain(guildId);
    });
    if (taken === undefined) throw new Error('the message cannot be taken');
    await store.release(await store.restart(taken), 'not-sent');
    await store.markSent(guildId, codes);
    await store.filterUnsentMany([{ guildId, codes: [...codes, 'E'] }]);
    await store.states(guildId, codes);
    await store.stats(guildId);
    call += 9;
    if (call % 90 === 0) await store.forget(guildId, codes);
  }
}

/**
 * The least that the heap grows by in one of several equal spans, the first left out, in bytes. What
 * is leaked grows in each of them. What the engine compiles and keeps does not.
 */
async function growth(span: () => Promise<void>): Promise<number> {
  await span();
  const sizes = [await heapAfterCollection()];
  for (let index = 1; index < WINDOWS; index += 1) {
    await span();
    sizes.push(await heapAfterCollection());
  }
  return Math.min(...sizes.slice(1).map((size, index) => size - (sizes[index] ?? 0)));
}

async function openAndClose(bot: Bot, count: number): Promise<void> {
  for (let opening = 0; opening < count; opening += 1) {
    const store = OPEN[kind](bot);
    await store.markSent('1', ['A']);
    await store.close();
  }
}

async function run(): Promise<void> {
  const bot = { client: await new MongoClient(uri).connect(), folder: await mkdtemp(join(tmpdir(), 'sent-code-store-leaks-')) };
  // What is made once, such as a compiled function or a thread's handle, is made here.
  await openAndClose(bot, 3);
  const before = await settled(() => holdings(bot.client));
  const store = OPEN[kind](bot);
  const afterCalls = await growth(() => use(store, calls / WINDOWS));
  await store.close();
  const afterOpenings = await growth(() => openAndClose(bot, openings / WINDOWS));
  const left = await settled(() => holdings(bot.client), before);
  await bot.client.close();
  await rm(bot.folder, { recursive: true });
  const leaks: Leaks = { calls, openings, afterCalls, afterOpenings, left: difference(before, left) };
  process.stdout.write(`${JSON.stringify(leaks)}\n`);
}

void run();
