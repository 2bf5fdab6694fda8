import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoStore } from '../../support/mongo-stores.js';
import { connect, freshDatabase } from '../../tools/mongo/connect.js';

const uri = process.env['MONGODB_SHARDED_URI'];
if (uri === undefined) console.log('Left out: this server has no shards. Run "npm run test:mongod sharded".');

describe.skipIf(uri === undefined).each([
  ['by range', 1],
  ['hashed', 'hashed'],
])('a collection that is sharded on _id, %s', (_name, kind) => {
  it('has one owner of a code, finds every record of a guild, and clears it', { timeout: 120_000 }, async () => {
    const client = await connect();
    const database = freshDatabase();
    await client.db('admin').command({ shardCollection: `${database}.codes`, key: { _id: kind } });
    const collection = client.db(database).collection('codes');
    const stores = [0, 1, 2].map(() => mongoStore(collection));
    const codes = Array.from({ length: 500 }, (_, index) => `CODE${index}`);
    const claims = await Promise.all(stores.map((store) => store.claim('1', codes)));
    expect(claims.flatMap(({ claimed }) => claimed).sort()).toEqual([...codes].sort());
    for (const [index, { claim }] of claims.entries()) if (claim !== undefined) await stores[index]!.confirm(claim);
    const [store] = stores;
    expect(await store!.filterUnsent('1', [...codes, 'NEW'])).toEqual(['NEW']);
    expect(await collect(store!.listGuilds())).toEqual(['1']);
    expect((await store!.stats('1')).total).toBe(500);
    expect(await store!.forget('1', ['CODE0'])).toBe(1);
    expect(await store!.clearGuild('1')).toBe(499);
  });
});
