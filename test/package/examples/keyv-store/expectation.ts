import { expect, it } from 'vitest';
import { startExample } from '../example-process.js';
import { restartsOnce } from '../restarts-once.js';
import { startReceiver, startSite } from '../world.js';

export function keyvStore(folder: () => string): void {
  it('passes the conformance kit', async () => {
    const kit = startExample(folder(), ['--test', '--test-reporter=tap'], {});
    const [, passed, failed] = await kit.printed((output) => /^# pass (\d+)\n# fail (\d+)$/m.exec(output));
    expect(failed, kit.output()).toBe('0');
    expect(Number(passed)).toBeGreaterThan(150);
  });

  it('restarts, and sends nothing twice', async () => {
    const [site, platform] = await Promise.all([startSite(), startReceiver()]);
    const env = { CODES_URL: site.url, POST_URL: platform.url, DATA_FILE: 'data/sent-codes.ndjson', PAUSE_MS: '20' };
    await restartsOnce({ site, platform, start: () => startExample(folder(), ['src/main.js'], env) });
  });
}
