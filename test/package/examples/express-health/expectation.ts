import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase, mongoUri } from '../../../tools/mongo/connect.js';
import { startTcpProxy } from '../../../tools/tcp-proxy/tcp-proxy.js';
import { type ExampleProcess, startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { startReceiver, startSite } from '../world.js';

interface Health {
  readonly state: string;
}

async function healthOf(life: ExampleProcess): Promise<Health> {
  const [, port] = await life.printed((output) => /health on port (\d+)/.exec(output));
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  expect(response.status).toBe(200);
  return (await response.json()) as Health;
}

export function expressHealth(folder: () => string): void {
  it('restarts, is healthy before and after, goes on without its database, and sends nothing twice', async () => {
    const [site, platform] = await Promise.all([startSite(), startReceiver()]);
    const uri = new URL(mongoUri());
    uri.pathname = freshDatabase();
    const proxy = await startTcpProxy(uri.href);
    onTestFinished(() => proxy.close());
    const files = { DATA_FILE: 'data/sent-codes.json', MONGODB_URI: proxy.uri };
    const env = { CODES_URL: site.url, POST_URL: platform.url, ...files, PAUSE_MS: '20', PORT: '0' };
    let looks = 0;
    const look = async (life: ExampleProcess): Promise<void> => {
      const healthy = { state: 'healthy', stores: [{ up: true }, { up: true }], lastRound: { counts: {} } };
      expect(await healthOf(life)).toMatchObject(healthy);
      looks += 1;
      if (looks === 1) return;
      await proxy.mode('refuse');
      while ((await healthOf(life)).state !== 'degraded') await life.during(site.asked(1));
      // A round on the file.
      await life.during(site.asked(2));
    };
    await restartsOnce({ site, platform, start: () => startExample(folder(), ['main.js'], env), look });
  });
}
