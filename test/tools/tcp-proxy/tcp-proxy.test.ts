import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connect, countCommands, freshDatabase, mongoUri } from '../mongo/connect.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Nothing arrived by the time that a round trip past the proxy was over. */
const aRoundTrip = async (port: number): Promise<void> => {
  const socket = dial(port, '127.0.0.1');
  socket.write('x');
  await once(socket, 'data');
  socket.destroy();
};

describe('A TCP proxy before an echo server', () => {
  let server: Server;
  let proxy: TcpProxy;
  let served: string[];
  let echoPort: number;
  beforeEach(async () => {
    served = [];
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        served.push(data.toString());
        socket.write(data);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    echoPort = (server.address() as AddressInfo).port;
    proxy = await startTcpProxy(echoPort);
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  /** A connected client, and what it has received. */
  const open = async (): Promise<{ socket: Socket; received: () => string; ended: Promise<string> }> => {
    let text = '';
    const socket = dial(proxy.port, '127.0.0.1');
    socket.on('data', (data) => {
      text += data.toString();
    });
    const ended = new Promise<string>((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? 'error');
      });
      socket.on('close', () => {
        resolve('closed');
      });
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return { socket, received: () => text, ended };
  };

  const echo = async ({ socket }: { socket: Socket }, text: string): Promise<void> => {
    socket.write(text);
    await once(socket, 'data');
  };

  it('pass: everything goes through, and an orderly end on one side is one on the other', async () => {
    const client = await open();
    await echo(client, 'hello');
    expect(client.received()).toBe('hello');
    client.socket.end();
    expect(await client.ended).toBe('closed');
    expect(proxy.connections()).toBe(0);
  });

  it('a megabyte each way arrives whole', async () => {
    const client = await open();
    const text = 'x'.repeat(1_000_000);
    client.socket.write(text);
    while (client.received().length < text.length) await once(client.socket, 'data');
    expect(client.received()).toBe(text);
  });

  it('refuse: open connections are reset and new ones refused; the port is the same afterwards', async () => {
    const client = await open();
    await echo(client, 'a');
    await proxy.mode('refuse');
    expect(await client.ended).toBe('ECONNRESET');
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const { port } = proxy;
    await proxy.mode('pass');
    expect(proxy.port).toBe(port);
    await echo(await open(), 'b');
    expect(served).toEqual(['a', 'b']);
  });

  it('cut: open connections are reset, new ones pass', async () => {
    const client = await open();
    await echo(client, 'a');
    await proxy.mode('cut');
    expect(await client.ended).toBe('ECONNRESET');
    await echo(await open(), 'b');
    expect(served).toEqual(['a', 'b']);
  });

  it('end: open connections end in good order, the oldest first, and new ones pass', async () => {
    const clients = [await open(), await open()];
    for (const client of clients) await echo(client, 'a');
    const ends: string[] = [];
    for (const [index, { ended }] of clients.entries()) void ended.then((how) => ends.push(`${index} ${how}`));
    await proxy.mode('end');
    await Promise.all(clients.map(({ ended }) => ended));
    expect(ends).toEqual(['0 closed', '1 closed']);
    await echo(await open(), 'b');
    expect(served).toEqual(['a', 'a', 'b']);
  });

  it('end, then refuse: a client that did not end its own side is not waited for', async () => {
    const socket = dial({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.write('a');
    await once(socket, 'data');
    await proxy.mode('end');
    await once(socket, 'end');
    await expect(proxy.mode('refuse')).resolves.toBeUndefined();
  });

  it('stall: old and new connections stay open and nothing comes through, until it passes again', async () => {
    const old = await open();
    await echo(old, 'a');
    await proxy.mode('stall');
    const fresh = await open();
    old.socket.write('b');
    fresh.socket.write('c');
    await aRoundTrip(echoPort);
    expect(served).toEqual(['a', 'x']);
    expect([old.received(), fresh.received()]).toEqual(['a', '']);
    const answers = [old, fresh].map(({ socket }) => once(socket, 'data'));
    await proxy.mode('pass');
    await Promise.all(answers);
    expect([old.received(), fresh.received()]).toEqual(['ab', 'c']);
  });

  it('halfOpen: the server gets everything, the client nothing, until it passes again', async () => {
    const client = await open();
    await proxy.mode('halfOpen');
    client.socket.write('a');
    while (!served.includes('a')) await aRoundTrip(echoPort);
    await aRoundTrip(echoPort);
    expect(client.received()).toBe('');
    const answer = once(client.socket, 'data');
    await proxy.mode('pass');
    await answer;
    expect(client.received()).toBe('a');
  });

  it('a server that is gone is a reset for the client', async () => {
    const client = await open();
    await echo(client, 'a');
    server.close();
    const dead = await startTcpProxy(echoPort);
    await proxy.close();
    proxy = dead;
    await expect(open().then(({ ended }) => ended)).resolves.toBe('ECONNRESET');
  });

  it('close ends everything and frees the port', async () => {
    const client = await open();
    await proxy.mode('stall');
    await proxy.close();
    expect(await client.ended).toBe('ECONNRESET');
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('A TCP proxy before a MongoDB server', () => {
  const throughProxy = async () => {
    const proxy = await startTcpProxy(mongoUri());
    onTestFinished(() => proxy.close());
    const client = await connect({
      uri: proxy.uri,
      serverSelectionTimeoutMS: 500,
      socketTimeoutMS: 500,
      minHeartbeatFrequencyMS: 20,
    });
    const database = freshDatabase();
    const entries = client.db(database).collection<{ _id: string }>('entries');
    const direct = (await connect()).db(database).collection<{ _id: string }>('entries');
    await entries.insertOne({ _id: 'before' });
    return { proxy, client, entries, direct };
  };

  it('refuse: commands fail, and the same client works again afterwards', async () => {
    const { proxy, entries } = await throughProxy();
    await proxy.mode('refuse');
    await expect(entries.insertOne({ _id: 'away' })).rejects.toThrow();
    await proxy.mode('pass');
    await entries.insertOne({ _id: 'after' });
    expect((await entries.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual(['after', 'before']);
  });

  it('cut: the client connects again by itself', async () => {
    const { proxy, entries } = await throughProxy();
    await proxy.mode('cut');
    await entries.insertOne({ _id: 'during' }).catch(() => 'a pooled connection was cut under the command');
    await entries.insertOne({ _id: 'after' });
    expect(await entries.countDocuments({ _id: 'after' })).toBe(1);
  });

  it('stall: a command gets no answer, and is not executed before the stall is over', async () => {
    const { proxy, entries, direct } = await throughProxy();
    await proxy.mode('stall');
    await expect(entries.insertOne({ _id: 'stalled' })).rejects.toThrow(/timed out/);
    expect(await direct.countDocuments({ _id: 'stalled' })).toBe(0);
    await proxy.mode('cut');
    await entries.insertOne({ _id: 'after' });
    expect(await direct.countDocuments({ _id: 'stalled' })).toBe(0);
  });

  it('stall, then pass: a command that the client gave up arrives late', async () => {
    const { proxy, entries, direct } = await throughProxy();
    await proxy.mode('stall');
    await expect(entries.insertOne({ _id: 'late' })).rejects.toThrow(/timed out/);
    await proxy.mode('pass');
    while ((await direct.countDocuments({ _id: 'late' })) === 0);
  });

  it('halfOpen: a command is executed, and the client gets no answer', async () => {
    const { proxy, client, entries, direct } = await throughProxy();
    const commands = countCommands(client);
    await proxy.mode('halfOpen');
    await expect(entries.insertOne({ _id: 'ambiguous' })).rejects.toThrow(/timed out/);
    expect(commands.names()).toEqual(['insert']);
    expect(await direct.countDocuments({ _id: 'ambiguous' })).toBe(1);
  });
});

describe('The URI of a proxy', () => {
  it.each([
    ['mongodb://HOST/', 'mongodb://127.0.0.1:PORT/?directConnection=true'],
    ['mongodb://HOST', 'mongodb://127.0.0.1:PORT/?directConnection=true'],
    ['mongodb://HOST/db?w=1', 'mongodb://127.0.0.1:PORT/db?w=1&directConnection=true'],
    ['mongodb://user:p%40ss@HOST/?directConnection=false', 'mongodb://user:p%40ss@127.0.0.1:PORT/?directConnection=false'],
    ['http://HOST/api/v10', 'http://127.0.0.1:PORT/api/v10'],
  ])('for %s', async (target, expected) => {
    const proxy = await startTcpProxy(target.replace('HOST', '127.0.0.1:9'));
    onTestFinished(() => proxy.close());
    expect(proxy.uri).toBe(expected.replace('PORT', String(proxy.port)));
  });

  it('several hosts are refused: there is one target', async () => {
    await expect(startTcpProxy('mongodb://127.0.0.1:1,127.0.0.1:2/')).rejects.toThrow(/one host/);
  });
});
