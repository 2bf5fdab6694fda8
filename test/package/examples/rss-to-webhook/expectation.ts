import { it } from 'vitest';
import { startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { startReceiver, startSite } from '../world.js';

/** Each time that the feed is read, its links have another tracking parameter. */
function feed(items: readonly string[], asked: number): string {
  const entries = items.map((item) => {
    const link = `https://example.org/news?article=${item.length}&amp;utm_source=${asked}`;
    return `<item><title>${item}</title><link>${link}</link></item>`;
  });
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>${entries.join('')}</channel></rss>`;
}

export function rssToWebhook(folder: () => string): void {
  it('restarts, and sends no article twice whose link was decorated anew', async () => {
    const [site, platform] = await Promise.all([startSite(feed), startReceiver()]);
    const env = { FEED_URL: site.url, WEBHOOK_URL: platform.url, DATA_FILE: 'data/sent-links.json', PAUSE_MS: '20' };
    await restartsOnce({ site, platform, start: () => startExample(folder(), ['main.js'], env) });
  });
}
