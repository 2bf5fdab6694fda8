import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockStateFile } from '../../../src/stores/legacy/state-lock.js';
import { startChild } from '../../support/legacy/child.js';
import { temporaryFolder } from '../../support/legacy/files.js';

const holder = new URL('../../support/legacy/lock-holder/main.ts', import.meta.url);

// The second is the one for systems without abstract socket names: the socket in the folder alone.
describe.for([process.platform, 'darwin'] as const)('the lock of a state file (%s)', (platform) => {
  const take = (path: string, timeoutMs: number): ReturnType<typeof lockStateFile> => lockStateFile(path, timeoutMs, platform);
  const statePath = async (): Promise<string> => join(await temporaryFolder(), 'giftcode_state.json');

  it('lets one in at a time, and the next when that one lets go', async () => {
    const path = await statePath();
    const order: string[] = [];
    const first = await take(path, 0);
    const second = take(path, 30_000).then(async (lock) => {
      order.push('second is in');
      await lock.release();
    });
    await new Promise((resolve) => setImmediate(resolve));
    order.push('first lets go');
    await first.release();
    await second;
    expect(order).toEqual(['first lets go', 'second is in']);
  });

  it('refuses after its time limit, and says which file it is', async () => {
    const path = await statePath();
    const first = await take(path, 0);
    await expect(take(path, 50)).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
      message: expect.stringContaining(`${path} is being written by another process`) as unknown,
    });
    await first.release();
    await (await take(path, 0)).release();
  });

  it('does not concern another file, in the same folder or another', async () => {
    const path = await statePath();
    const locks = [await take(path, 0), await take(`${path}2`, 0), await take(await statePath(), 0)];
    for (const lock of locks) await lock.release();
  });

  it('keeps other processes out, and is free at once when its process is killed', async () => {
    const path = await statePath();
    const child = await startChild(holder, [path, platform]);
    await child.printed(1);
    await expect(take(path, 0)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const waiting = take(path, 30_000);
    await child.kill();
    await (await waiting).release();
  });
});
