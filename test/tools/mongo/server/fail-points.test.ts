import { MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, failPoint, freshDatabase, hasCloseAfter, mongoUri, ownServer, server } from '../connect.js';

/** Seldom used by others, so that tests which share a server do not meet. */
const COMMAND = 'findAndModify';

interface Counter {
  _id: string;
  n: number;
}

async function counter() {
  const client = await connect();
  const collection = client.db(freshDatabase()).collection<Counter>('counters');
  await collection.insertOne({ _id: 'a', n: 0 });
  return {
    increment: () => collection.findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } }),
    value: async () => (await collection.findOne({ _id: 'a' }))?.n,
  };
}

describe('failPoint', () => {
  it('answers an error without running the command, as often as it was told', async () => {
    const { increment, value } = await counter();
    await failPoint({ commands: [COMMAND], times: 2, errorCode: 91 });
    await expect(increment()).rejects.toMatchObject({ code: 91 });
    await expect(increment()).rejects.toBeInstanceOf(MongoServerError);
    expect(await value()).toBe(0);
    await increment();
    expect(await value()).toBe(1);
  });

  it('goes on until it is turned off', async () => {
    const { increment, value } = await counter();
    const off = await failPoint({ commands: [COMMAND], times: 'always', errorCode: 91 });
    for (let i = 0; i < 3; i++) await expect(increment()).rejects.toMatchObject({ code: 91 });
    expect(await value()).toBe(0);
    await off();
    await increment();
    expect(await value()).toBe(1);
  });

  it('leaves other commands alone, for as long as it is on', async () => {
    const { increment, value } = await counter();
    await failPoint({ commands: [COMMAND], times: 'always', errorCode: 91 });
    await expect(increment()).rejects.toMatchObject({ code: 91 });
    expect(await value()).toBe(0);
  });

  it('is off after the test that set it', async () => {
    const { increment, value } = await counter();
    await increment();
    expect(await value()).toBe(1);
  });

  it('drops the connection before the command', async () => {
    const { increment, value } = await counter();
    await failPoint({ commands: [COMMAND], closeConnection: true });
    await expect(increment()).rejects.toThrow(/closed/);
    expect(await value()).toBe(0);
  });

  it('drops the connection after the command, where the server can; refuses to pretend elsewhere', async () => {
    const { increment, value } = await counter();
    if (!hasCloseAfter) {
      await expect(failPoint({ commands: [COMMAND], closeAfter: true })).rejects.toThrow(/cannot/);
      return;
    }
    await failPoint({ commands: [COMMAND], closeAfter: true });
    await expect(increment()).rejects.toThrow(/closed/);
    expect(await value()).toBe(1);
  });

  it('holds a command back, and no other', async () => {
    const { increment, value } = await counter();
    await failPoint({ commands: [COMMAND], blockMs: 300 });
    const order: string[] = [];
    const blocked = increment().then(() => order.push('blocked'));
    expect(await value()).toBe(0);
    order.push('free');
    await blocked;
    expect(order).toEqual(['free', 'blocked']);
    expect(await value()).toBe(1);
  });

  it('adds a write concern error to a write that was done', async () => {
    const { increment, value } = await counter();
    await failPoint({ commands: [COMMAND], writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } });
    await expect(increment()).rejects.toMatchObject({ code: 64 });
    expect(await value()).toBe(1);
  });

  it.runIf(server.hasScopedFailPoints)('concerns the clients of this file only (where the server knows appName)', async () => {
    const { increment } = await counter();
    const stranger = await connect({ uri: mongoUri().replace(/appName=[^&]*/, 'appName=somebody-else') });
    await failPoint({ commands: [COMMAND], times: 1, errorCode: 91 });
    await stranger
      .db(freshDatabase())
      .collection<Counter>('counters')
      .findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } });
    await expect(increment()).rejects.toMatchObject({ code: 91 });
  });

  it.runIf(server.kind === 'in-process')('is not ended by that of a file that runs at the same time', async () => {
    const { increment } = await counter();
    await failPoint({ commands: [COMMAND], errorCode: 91 });
    const admin = (await connect()).db('admin');
    const data = { failCommands: ['ping'], appName: 'somebody-else' };
    await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data });
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off', data });
    await expect(increment()).rejects.toMatchObject({ code: 91 });
  });

  it("concerns all clients of a test's own server", async () => {
    const own = await ownServer();
    const client = await connect({ uri: own.uri });
    await failPoint({ uri: own.uri, commands: ['insert'], errorCode: 91 });
    await expect(client.db('own').collection('c').insertOne({ a: 1 })).rejects.toMatchObject({ code: 91 });
  });
});
