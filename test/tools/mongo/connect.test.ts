import { beforeAll, describe, expect, it } from 'vitest';
import type { Db, MongoClient } from 'mongodb';
import { connect, connectDriver6, countCommands, freshDatabase, mongoUri, ownServer, server } from './connect.js';

describe('freshDatabase', () => {
  let first: string;

  it('is another one each time', async () => {
    first = freshDatabase();
    const client = await connect();
    await client.db(first).collection('c').insertOne({ a: 1 });
    expect(freshDatabase()).not.toBe(first);
    expect((await client.db().admin().listDatabases()).databases.map(({ name }) => name)).toContain(first);
  });

  it('is dropped after the test', async () => {
    const client = await connect();
    expect((await client.db().admin().listDatabases()).databases.map(({ name }) => name)).not.toContain(first);
  });
});

describe('connect', () => {
  let shared: MongoClient;
  let db: Db;
  let ofLastTest: MongoClient;
  beforeAll(async () => {
    shared = await connect();
    db = shared.db(freshDatabase());
    await db.collection('c').insertOne({ a: 1 });
  });

  it('in a beforeAll gives a client for all tests', async () => {
    expect(await db.collection('c').countDocuments()).toBe(1);
    ofLastTest = await connect();
    await ofLastTest.db().admin().ping();
  });

  it('in a test gives a client that is closed after it', async () => {
    expect(await db.collection('c').countDocuments()).toBe(1);
    await expect(ofLastTest.db().admin().ping()).rejects.toThrow(/must be connected/);
  });

  it('uses the options that it gets', async () => {
    const own = await ownServer();
    const client = await connect({ uri: own.uri, appName: 'mine', maxPoolSize: 3 });
    expect(client.options).toMatchObject({ appName: 'mine', maxPoolSize: 3, monitorCommands: true });
    expect(await client.db().admin().buildInfo()).toMatchObject({ gitVersion: 'in-process' });
  });
});

describe('mongoUri', () => {
  it('names the server of the run, and this file as the client', async () => {
    expect(mongoUri()).toMatch(/^mongodb(\+srv)?:\/\/[^?]+\/[^?]*\?.*appName=test-[0-9a-f]{12}$/);
    expect(mongoUri()).toBe(mongoUri());
    expect(mongoUri().startsWith(server.uri.replace(/\/?(\?.*)?$/, ''))).toBe(true);
  });
});

describe('countCommands', () => {
  it('has the names and the whole commands since the last mark, with either driver', async () => {
    for (const client of [await connect(), await connectDriver6()]) {
      const commands = countCommands(client);
      const entries = client.db(freshDatabase()).collection('c', { writeConcern: { w: 'majority' }, readPreference: 'primary' });
      await entries.insertMany([{ a: 1 }, { a: 2 }]);
      await entries.findOne({ a: 1 });
      expect(commands.names()).toEqual(['insert', 'find']);
      expect(commands.sent()[0]?.command).toMatchObject({
        insert: 'c',
        documents: [{ a: 1 }, { a: 2 }],
        writeConcern: { w: 'majority' },
      });
      commands.mark();
      expect(commands.sent()).toEqual([]);
      await entries.countDocuments();
      expect(commands.names()).toEqual(['aggregate']);
    }
  });

  it('refuses a client that would not tell', async () => {
    const client = await connect({ monitorCommands: false });
    expect(() => countCommands(client)).toThrow(/monitorCommands/);
  });
});

describe('ownServer', () => {
  let uri: string;

  it('runs while the test does, with its own clock', async () => {
    const own = await ownServer({ clock: () => 42 });
    ({ uri } = own);
    const entries = (await connect({ uri })).db('d').collection('c');
    await entries.updateOne({ a: 1 }, [{ $set: { at: '$$NOW' } }], { upsert: true });
    expect((await entries.findOne())?.['at']).toEqual(new Date(42));
  });

  it('is gone afterwards', async () => {
    await expect(connect({ uri, serverSelectionTimeoutMS: 50 })).rejects.toThrow(/ECONNREFUSED/);
  });
});
