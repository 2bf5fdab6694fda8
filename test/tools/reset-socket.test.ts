import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { resetSocket } from './reset-socket.js';

/** The two ends of a connection. */
async function connection(): Promise<{ readonly client: Socket; readonly served: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [served] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    served.destroy();
    server.close();
  });
  return { client, served };
}

it('the other side hears of a reset', async () => {
  const { client, served } = await connection();
  const failed = once(client, 'error');
  resetSocket(served);
  expect(await failed).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
});

it('a connection whose end is under way is closed, with no error', async () => {
  const { served } = await connection();
  const closed = once(served, 'close');
  served.end();
  resetSocket(served);
  await closed;
});
