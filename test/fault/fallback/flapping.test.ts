import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FallbackStore, MongoStore, type SentCodeStoreError } from 'sent-code-store';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { connect, freshDatabase, mongoUri } from '../../tools/mongo/connect.js';
import { startTcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';

const OPERATIONS = 2000;
const GUILDS = ['1', '2', '3'];

/** A small generator of numbers from 0 to below 1: the history is the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('A code marked while the first store was away is in it before it is believed again', () => {
  it('through 2 000 operations with a Mongo that comes and goes: nothing marked is offered, and every store has the union', async () => {
    const random = randomFrom(20261122);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const proxy = await startTcpProxy(mongoUri());
    onTestFinished(() => proxy.close());
    const folder = await mkdtemp(join(tmpdir(), 'flapping-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const database = freshDatabase();
    const mirror = new JsonFileStore({ path: join(folder, 'mirror.json') });
    const store = new FallbackStore(
      [new MongoStore({ uri: proxy.uri, database, clientOptions: { serverSelectionTimeoutMS: 200 } }), mirror],
      { operationTimeoutMs: 300, probeAfterMs: 0 },
    );
    onTestFinished(() => store.close());
    const marked = new Set<string>();
    const offered: string[] = [];
    const seen = { refused: 0, offered: 0, degraded: 0 };
    let isAway = false;
    for (let operation = 0; operation < OPERATIONS; operation += 1) {
      if (operation % 8 === 0) {
        isAway = !isAway;
        await proxy.mode(isAway ? pick(['stall', 'refuse', 'stall', 'halfOpen']) : 'pass');
        // As in life, some outages are over before anyone looks again, and some are not.
        if (!isAway && random() < 0.5) await store.ping();
      }
      const guildId = pick(GUILDS);
      const codes = Array.from({ length: 3 }, () => `CODE${Math.floor(random() * 400)}`);
      const known = new Set(codes.filter((code) => marked.has(`${guildId}:${code}`)));
      try {
        if (random() < 0.4) {
          for (const code of await store.filterUnsent(guildId, codes)) if (known.has(code)) offered.push(code);
          seen.offered += 1;
        } else if (random() < 0.5) {
          await store.markSent(guildId, codes);
          for (const code of codes) marked.add(`${guildId}:${code}`);
        } else {
          const { claim } = await store.claim(guildId, codes);
          for (const code of claim?.codes ?? []) if (known.has(code)) offered.push(code);
          if (claim) await store.confirm(claim);
          for (const code of claim?.codes ?? []) marked.add(`${guildId}:${code}`);
        }
      } catch (error) {
        // The second, where the machine is so busy that its disk does not answer within the limit either.
        expect(['NOT_AUTHORITATIVE', 'ALL_STORES_FAILED']).toContain((error as SentCodeStoreError).code);
        seen.refused += 1;
      }
      if (store.status().state === 'degraded') seen.degraded += 1;
    }
    expect(offered).toEqual([]);
    expect(seen.degraded).toBeGreaterThan(100);
    expect(seen.offered).toBeGreaterThan(500);
    expect(seen.refused).toBeLessThan(OPERATIONS / 10);
    await proxy.mode('pass');
    for (let tries = 0; tries < 60 && store.status().state !== 'healthy'; tries += 1) await store.ping();
    expect(store.status().state).toBe('healthy');
    const sent = await (
      await connect()
    )
      .db(database)
      .collection('sent_giftcodes')
      .find({ sent_at: { $exists: true } })
      .toArray();
    const inMongo = new Set(sent.map(({ _id }) => String(_id)));
    const inMirror = new Set<string>();
    for (const guildId of GUILDS) for await (const { code } of mirror.listSent(guildId)) inMirror.add(`${guildId}:${code}`);
    expect([...marked].filter((key) => !inMongo.has(key))).toEqual([]);
    expect([...marked].filter((key) => !inMirror.has(key))).toEqual([]);
  }, 240_000);
});
