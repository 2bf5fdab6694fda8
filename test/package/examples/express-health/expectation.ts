import { expect, it } from 'vitest';
import { freshDatabase, mongoUri } from '../../../tools/mongo/connect.js';
import { type ExampleProcess, startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { startReceiver, startSite } from '../world.js';

async function lookAtHealth(life: ExampleProcess): Promise<void> {
  const [, port] = await life.printed((output) => /health on port (\d+)/.exec(output));
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    state: 'healthy',
    stores: [{ up: true }, { up: true }],
    lastRound: { counts: {} },
  });
}

export function expressHealth(folder: () => string): void {
  it('restarts, is healthy before and after, and sends nothing twice', async () => {
    const [site, platform] = await Promise.all([startSite(), startReceiver()]);
    const uri = new URL(mongoUri());
    uri.pathname = freshDatabase();
    const files = { DATA_FILE: 'data/sent-codes.json', MONGODB_URI: uri.href };
    const env = { CODES_URL: site.url, POST_URL: platform.url, ...files, PAUSE_MS: '20', PORT: '0' };
    await restartsOnce({ site, platform, start: () => startExample(folder(), ['main.js'], env), look: lookAtHealth });
  });
}
