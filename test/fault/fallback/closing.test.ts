import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FallbackStore, MongoStore } from 'sent-code-store';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { newChain } from '../../support/fallback/chain.js';
import { freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { startTcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';

it.concurrent.for(['markSent', 'filterUnsent', 'claim'] as const)(
  'close resolves while Mongo is silent and a %s is under way, and lets go of the mirror',
  async (method, { onTestFinished }) => {
    const proxy = await startTcpProxy(mongoUri());
    onTestFinished(() => proxy.close());
    const folder = await mkdtemp(join(tmpdir(), 'closing-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'mirror.json');
    const store = new FallbackStore(
      [new MongoStore({ uri: proxy.uri, database: freshDatabase() }), new JsonFileStore({ path })],
      // The first call connects, which takes a while on a busy machine.
      { operationTimeoutMs: 4000 },
    );
    await store.filterUnsent('1', ['A']);
    await proxy.mode('stall');
    const call = store[method]('1', ['A']).catch((error: unknown) => error);
    await store.close();
    await call;
    // On a busy machine the mirror's own close takes longer than the chain waits for a member.
    const next = new JsonFileStore({ path, lockTimeoutMs: 10_000 });
    onTestFinished(() => next.close());
    expect(await next.isSent('1', 'A')).toBe(method === 'markSent');
  },
);

it.each([[[0]], [[1]], [[0, 1]]])(
  'close resolves while disks %j are silent and each kind of call is under way',
  async (silent) => {
    const chain = newChain(2);
    const store = chain.start({ operationTimeoutMs: 50 });
    const { claim } = await store.claim('1', ['C']);
    await store.filterUnsent('1', ['A']);
    const disks = [chain.first, ...chain.mirrors];
    for (const disk of silent) disks[disk]!.fault = 'stall';
    const calls = [
      store.filterUnsent('1', ['A']),
      store.markSent('1', ['A']),
      store.claim('1', ['B']),
      store.renew(claim!),
      store.takeUncertain('1'),
      store.forget('1', ['D']),
      store.stats('1'),
      store.ping(),
    ].map((call) => (call as Promise<unknown>).catch(() => undefined));
    await expect(store.close()).resolves.toBeUndefined();
    await Promise.all(calls);
  },
);
