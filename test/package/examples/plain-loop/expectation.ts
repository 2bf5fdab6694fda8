import { it } from 'vitest';
import { startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { startReceiver, startSite } from '../world.js';

export function plainLoop(folder: () => string): void {
  it('restarts, and sends nothing twice', async () => {
    const [site, platform] = await Promise.all([startSite(), startReceiver()]);
    const env = { CODES_URL: site.url, POST_URL: platform.url, DATA_FILE: 'data/sent-codes.json', PAUSE_MS: '20' };
    await restartsOnce({ site, platform, start: () => startExample(folder(), ['main.js'], env) });
  });
}
