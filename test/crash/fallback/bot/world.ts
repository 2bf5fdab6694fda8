import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, Document } from 'mongodb';
import { onTestFinished } from 'vitest';
import { connect, freshDatabase, mongoUri } from '../../../tools/mongo/connect.js';
import { startTcpProxy, type TcpProxy } from '../../../tools/tcp-proxy/tcp-proxy.js';
import { type Bot, type BotSetup, startBot } from './bot.js';

/** A database behind a proxy, and a folder for files. */
export interface World {
  readonly proxy: TcpProxy;
  /** Not through the proxy. */
  readonly documents: Collection<Document & { readonly _id: string }>;
  readonly folder: string;
  readonly path: string;
  readonly database: string;
  /** One more bot, on `path` unless told otherwise. */
  bot(options?: BotSetup['options'], path?: string): Promise<Bot>;
  /** Codes of a guild that Mongo has as sent. */
  sent(guildId: string): Promise<string[]>;
}

/** A world of one test; gone after it. */
export async function newWorld(): Promise<World> {
  const proxy = await startTcpProxy(mongoUri());
  onTestFinished(() => proxy.close());
  const folder = await mkdtemp(join(tmpdir(), 'fallback-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = freshDatabase();
  const documents = (await connect()).db(database).collection<Document & { readonly _id: string }>('sent_giftcodes');
  const path = join(folder, 'mirror.json');
  return {
    proxy,
    documents,
    folder,
    path,
    database,
    bot: (options, own = path) => startBot({ uri: proxy.uri, database, path: own, ...(options && { options }) }),
    sent: async (guildId) => {
      const found = await documents
        .find({ _id: { $gte: `${guildId}:`, $lt: `${guildId};` }, sent_at: { $exists: true } })
        .toArray();
      return found.map(({ _id }) => _id.slice(guildId.length + 1)).sort();
    },
  };
}

/** Lets a bot catch up: a driver looks for a server that was away every 500 ms. */
export async function recovered(bot: Bot): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    await bot.call('ping');
    if ((await bot.call('status')).state === 'healthy') return;
  }
  throw new Error(`not healthy: ${JSON.stringify(await bot.call('status'))}`);
}
