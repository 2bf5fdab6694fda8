import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { startTcpProxy, type TcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';
import { OldBot } from '../../support/fallback/old-bot.js';

async function oldWorld(): Promise<{ proxy: TcpProxy; path: string; restart: () => OldBot }> {
  const proxy = await startTcpProxy(mongoUri());
  const folder = await mkdtemp(join(tmpdir(), 'old-bot-'));
  const database = freshDatabase();
  const bots: OldBot[] = [];
  onTestFinished(async () => {
    for (const bot of bots) await bot.close();
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'state.json');
  const restart = (): OldBot => {
    const bot = new OldBot(proxy.uri, database, path);
    bots.push(bot);
    return bot;
  };
  return { proxy, path, restart };
}

describe("The old bot's algorithm, as a control: the cases of an outage bite", () => {
  it('offers what was marked while Mongo was away, once Mongo is back', async () => {
    const world = await oldWorld();
    const bot = world.restart();
    await bot.markSent('1', ['BEFORE']);
    await world.proxy.mode('refuse');
    await bot.markSent('1', ['A']);
    await world.proxy.mode('pass');
    expect(await world.restart().filterUnsent('1', ['BEFORE', 'A'])).toEqual(['A']);
  });

  it('offers everything when its disk was wiped while Mongo is away', async () => {
    const world = await oldWorld();
    await world.restart().markSent('1', ['A']);
    await world.proxy.mode('refuse');
    await rm(world.path, { force: true });
    expect(await world.restart().filterUnsent('1', ['A'])).toEqual(['A']);
  });
});
