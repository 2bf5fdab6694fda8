import { it, onTestFinished } from 'vitest';
import { TelegramApi } from '../../../tools/telegram-api/server.js';
import { startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { Watched } from '../watched.js';
import { type Platform, startSite } from '../world.js';

async function startTelegram(): Promise<Platform> {
  const receiving = new Watched();
  const api = await TelegramApi.start(receiving.changed);
  onTestFinished(() => api.close());
  return {
    url: api.url,
    posted: () => api.posted,
    received: (item) => receiving.until(() => api.posted.some((body) => body.includes(item))),
    hangNext: () => api.failNext('silence'),
  };
}

export function telegram(folder: () => string): void {
  it('restarts, and sends nothing twice', async () => {
    const [site, platform] = await Promise.all([startSite(), startTelegram()]);
    const env = { TELEGRAM_TOKEN: '1:token', TELEGRAM_API: platform.url, CHATS: '-1001234567890', CODES_URL: site.url };
    const start = () => startExample(folder(), ['main.js'], { ...env, DATA_FILE: 'data/sent-codes.json', PAUSE_MS: '20' });
    await restartsOnce({ site, platform, start });
  });
}
