import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/stores/legacy/file-lock.js';
import { startChild } from '../../support/legacy/child.js';

const holder = new URL('../../support/legacy/lock-holder/main.ts', import.meta.url);

// The second is the one for systems without abstract socket names; a loopback port works everywhere.
describe.for([process.platform, 'darwin'] as const)('the lock of a state file (%s)', (platform) => {
  const take = (name: string, timeoutMs: number): ReturnType<typeof takeLock> => takeLock(name, 'the file', timeoutMs, platform);

  it('lets one in at a time, and the next when that one lets go', async () => {
    const name = randomUUID();
    const order: string[] = [];
    const first = await take(name, 0);
    const second = take(name, 30_000).then(async (lock) => {
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
    const name = randomUUID();
    const first = await take(name, 0);
    await expect(take(name, 50)).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
      message: expect.stringContaining('the file is being written by another process') as unknown,
    });
    await first.release();
    await (await take(name, 0)).release();
  });

  it('does not concern another name', async () => {
    const locks = [await take(randomUUID(), 0), await take(randomUUID(), 0)];
    for (const lock of locks) await lock.release();
  });

  it('keeps other processes out, and is free at once when its process is killed', async () => {
    const name = randomUUID();
    const child = startChild(holder, [name, platform]);
    await child.printed(1);
    await expect(take(name, 0)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const waiting = take(name, 30_000);
    await child.kill();
    await (await waiting).release();
  });
});
