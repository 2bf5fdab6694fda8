import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMongoServer, type MongoServer } from '../server/server.js';
import { type Fate, type FrameProxy, startFrameProxy } from './frame-proxy.js';

describe('A proxy that knows commands from answers', () => {
  let server: MongoServer;
  let proxy: FrameProxy;
  let direct: MongoClient;
  let client: MongoClient;
  let seen: string[];
  /** What becomes of the next commands. */
  let fates: Fate[];
  beforeEach(async () => {
    [seen, fates] = [[], []];
    server = await startMongoServer();
    proxy = await startFrameProxy(server.uri, (command) => {
      seen.push(command);
      return fates.shift() ?? {};
    });
    direct = await new MongoClient(server.uri).connect();
    const options = { retryReads: false, retryWrites: false, socketTimeoutMS: 300 };
    client = await new MongoClient(proxy.uri, options).connect();
  });
  afterEach(async () => {
    await client.close();
    await proxy.close();
    await direct.close();
    await server.close();
  });

  const insert = (_id: string): Promise<unknown> => client.db('d').collection<{ _id: string }>('c').insertOne({ _id });
  const stored = async (): Promise<unknown[]> =>
    (await direct.db('d').collection('c').find().toArray()).map(({ _id }) => _id as unknown);

  it('names each command, and passes it', async () => {
    await insert('A');
    expect(await stored()).toEqual(['A']);
    expect(seen).toEqual(['insert']);
  });

  it('cuts before the server has the command', async () => {
    fates = [{ before: 'cut' }];
    await expect(insert('A')).rejects.toThrow(/closed|ECONNRESET/);
    expect(await stored()).toEqual([]);
  });

  it('cuts once the server has done the command', async () => {
    fates = [{ after: 'cut' }];
    await expect(insert('A')).rejects.toThrow(/closed|ECONNRESET/);
    expect(await stored()).toEqual(['A']);
  });

  it('swallows what a half-open connection gets, and lets other connections be', async () => {
    fates = [{ before: 'swallow' }];
    await expect(insert('A')).rejects.toThrow(/timed out/);
    await insert('B');
    expect(await stored()).toEqual(['B']);
  });

  it('brings a late command to the server after its client has given up', async () => {
    fates = [{ before: 500 }];
    await expect(insert('A')).rejects.toThrow(/timed out/);
    expect(await stored()).toEqual([]);
    await expect.poll(stored, { timeout: 10_000 }).toEqual(['A']);
  });

  it('holds an answer back', async () => {
    let wasDone: Promise<unknown[]> | undefined;
    fates = [{ after: 50, onAnswer: () => void (wasDone = stored()) }];
    await insert('A');
    expect(await wasDone).toEqual(['A']);
  });

  it('tells of a command before the server has it, and of its answer before the client has it', async () => {
    const steps: string[] = [];
    fates = [{ onCommand: () => steps.push('command'), onAnswer: () => steps.push('answer') }];
    await insert('A');
    expect(steps).toEqual(['command', 'answer']);
  });

  it('cuts off all clients until it is restored', async () => {
    proxy.cutOff();
    await expect(insert('A')).rejects.toThrow(/closed|ECONNRESET|selection/);
    proxy.restore();
    await expect
      .poll(
        () =>
          insert('B').then(
            () => 'done',
            () => 'not yet',
          ),
        { timeout: 10_000 },
      )
      .toBe('done');
  });
});
