import { Long, MongoClient, type Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../connect.js';
import { startMongoServer, type MongoServer } from './server.js';

describe('The in-process server alone', () => {
  let server: MongoServer;
  let client: MongoClient;
  let db: Db;
  let now = Date.parse('2026-01-01T00:00:00.000Z');
  beforeAll(async () => {
    server = await startMongoServer({ clock: () => now });
    client = await new MongoClient(server.uri).connect();
    db = client.db('own');
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  it('$$NOW is the clock that it was started with', async () => {
    const claims = db.collection<{ _id: string; until?: Date; expired?: boolean }>('claims');
    const expired = async (): Promise<unknown> =>
      (await claims.findOne({ _id: 'a' }, { projection: { expired: { $lt: ['$until', '$$NOW'] } } }))?.expired;
    await claims.updateOne({ _id: 'a' }, [{ $set: { until: { $add: ['$$NOW', 60_000] } } }], { upsert: true });
    expect((await claims.findOne({ _id: 'a' }))?.until).toEqual(new Date(now + 60_000));
    now += 60_000;
    expect(await expired()).toBe(false);
    now += 1;
    expect(await expired()).toBe(true);
    expect(await claims.countDocuments({ $expr: { $lt: ['$until', '$$NOW'] } })).toBe(1);
  });

  it('names the parts of a document by themselves: what Object.prototype has is no field', async () => {
    await db.collection('fields').insertOne({ a: 1 });
    expect(await db.collection('fields').countDocuments({ constructor: { $exists: true } })).toBe(0);
    expect(await db.collection('fields').countDocuments({ toString: { $exists: false } })).toBe(1);
  });

  const refused: [string, object, number][] = [
    ['a command that it does not know', { collStats: 'c' }, 59],
    ['a command named as a property of every object', { constructor: 1 }, 59],
    ['an option of find', { find: 'c', collation: { locale: 'en' } }, 238],
    ['a tailable cursor', { find: 'c', tailable: true }, 238],
    ['a query operator', { find: 'c', filter: { a: { $geoWithin: {} } } }, 2],
    ['a query operator at the top', { find: 'c', filter: { $where: 'true' } }, 2],
    ['a positional projection', { find: 'c', projection: { 'a.$': 1 } }, 238],
    ['inclusion and exclusion in one projection', { find: 'c', projection: { a: 1, b: 0 } }, 2],
    ['a regular expression in $in', { find: 'c', filter: { a: { $in: [/x/] } } }, 238],
    ['a stage', { aggregate: 'c', pipeline: [{ $lookup: {} }], cursor: {} }, 2],
    ['an accumulator', { aggregate: 'c', pipeline: [{ $group: { _id: 1, x: { $stdDevPop: '$n' } } }], cursor: {} }, 2],
    ['a pipeline over a whole database', { aggregate: 1, pipeline: [], cursor: {} }, 2],
    ['an unknown fail point', { configureFailPoint: 'hangAnalyzeBeforeReads', mode: 'alwaysOn' }, 238],
    ['an unknown setting of a fail point', { configureFailPoint: 'failCommand', mode: 'off', data: { threadName: 'x' } }, 238],
    ['an unknown mode of a fail point', { configureFailPoint: 'failCommand', mode: { skip: 2 }, data: {} }, 2],
    ['a unique index', { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a', unique: true }] }, 238],
    ['a transaction', { find: 'c', txnNumber: Long.fromNumber(1) }, 20],
    ['more than one copy', { insert: 'c', documents: [{ a: 1 }], writeConcern: { w: 2 } }, 2],
    ['snapshot reads', { find: 'c', readConcern: { level: 'snapshot' } }, 238],
    ['a cursor that is not open', { getMore: Long.fromNumber(99), collection: 'c' }, 43],
  ];
  it.each(refused)('refuses %s', async (_, command, code) => {
    await expect(db.admin().command(command)).rejects.toMatchObject({ code });
  });

  const refusedWrites: [string, object, number][] = [
    ['an update operator', { q: {}, u: { $rename: { a: 'b' } } }, 238],
    ['a positional update', { q: {}, u: { $set: { 'list.$': 1 } } }, 238],
    ['an update of an element', { q: {}, u: { $set: { 'list.0': 1 } } }, 238],
    ['array filters', { q: {}, u: { $set: { a: 1 } }, arrayFilters: [] }, 238],
    ['an expression', { q: {}, u: [{ $set: { a: { $function: {} } } }] }, 2],
    ['a stage that no update has', { q: {}, u: [{ $match: {} }] }, 72],
    ['two operators on one path', { q: {}, u: { $set: { a: 1 }, $inc: { a: 1 } } }, 40],
    ['a path through a scalar', { q: {}, u: { $set: { 'n.x': 1 } } }, 28],
    ['another _id', { q: {}, u: { $set: { _id: 'y' } } }, 66],
    ['another _id by a replacement', { q: {}, u: { _id: 'y' } }, 66],
    ['an upsert with $expr', { q: { $expr: true, _id: 'new' }, u: { $set: { a: 1 } }, upsert: true }, 224],
    ['an upsert with another _id', { q: { _id: 'new' }, u: { _id: 'other' }, upsert: true }, 66],
    ['an _id that is an array', { q: { _id: 'new' }, u: [{ $set: { _id: [1] } }], upsert: true }, 66],
  ];
  it.each(refusedWrites)('refuses %s, and writes nothing', async (_, update, code) => {
    const collection = db.collection<{ _id: string; list: string[]; n: number }>('writes');
    await collection.deleteMany({});
    await collection.insertOne({ _id: 'x', list: ['a'], n: 1 });
    const { writeErrors } = await db.command({ update: 'writes', updates: [update] });
    expect(writeErrors).toMatchObject([{ index: 0, code }]);
    expect(await collection.find().toArray()).toEqual([{ _id: 'x', list: ['a'], n: 1 }]);
  });

  it('refuses a document over 16 MiB', async () => {
    const grown = db.collection<{ _id: string; text: string; more?: string }>('big');
    await grown.insertOne({ _id: 'a', text: 'x'.repeat(9_000_000) });
    await expect(grown.updateOne({ _id: 'a' }, { $set: { more: 'y'.repeat(9_000_000) } })).rejects.toMatchObject({ code: 10334 });
    expect((await grown.findOne({ _id: 'a' }))?.more).toBeUndefined();
  });

  it('batches end at 16 MiB, and no document is lost between them', async () => {
    const large = db.collection<{ _id: number; text: string }>('large');
    const text = 'x'.repeat(7_000_000);
    for (let _id = 0; _id < 5; _id++) await large.insertOne({ _id, text });
    expect((await large.find().toArray()).map(({ _id }) => _id)).toEqual([0, 1, 2, 3, 4]);
    const { cursor } = await db.command({ find: 'large' });
    expect((cursor as { firstBatch: unknown[] }).firstBatch).toHaveLength(2);
  });

  it('an unacknowledged write is done and has no answer', async () => {
    const unacknowledged = db.collection<{ _id: string }>('w0');
    expect(await unacknowledged.insertOne({ _id: 'a' }, { writeConcern: { w: 0 } })).toMatchObject({ acknowledged: false });
    // The driver may use another connection for the next command: poll by commands, not by time.
    while ((await unacknowledged.countDocuments()) === 0);
    expect(await unacknowledged.findOne()).toEqual({ _id: 'a' });
  });

  it('two servers share nothing, and a closed server cuts its connections and refuses others', async () => {
    const other = await startMongoServer();
    const otherClient = await connect({ uri: other.uri, serverSelectionTimeoutMS: 200 });
    await db.collection('shared').insertOne({ a: 1 });
    expect(await otherClient.db('own').collection('shared').countDocuments()).toBe(0);
    await other.close();
    await expect(otherClient.db('own').collection('shared').insertOne({ a: 1 })).rejects.toThrow(/ECONNREFUSED|closed/);
  });
});
