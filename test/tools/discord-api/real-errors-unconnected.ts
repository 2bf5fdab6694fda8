import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Agent, postWith, restFor, type ErrorCase } from './real-errors.js';

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** No connection: Discord cannot have seen the request. */
export const UNCONNECTED: readonly ErrorCase[] = [
  {
    title: 'connection refused',
    posted: false,
    shape: { class: 'Error', code: 'ECONNREFUSED', syscall: 'connect' },
    send: async ({ channelId }) => postWith(restFor(`http://127.0.0.1:${await closedPort()}`), channelId),
  },
  {
    title: 'connection refused at every address of a name',
    posted: false,
    shape: { class: 'AggregateError', code: 'ECONNREFUSED', errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }] },
    send: async ({ channelId }) => {
      const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
      const lookup = (_name: string, _options: object, done: (error: null, found: object[]) => void): void =>
        done(null, addresses);
      const agent = new Agent({ connect: { autoSelectFamily: true, lookup } });
      return postWith(restFor(`http://two-addresses.invalid:${await closedPort()}`, { agent }), channelId);
    },
  },
  {
    // A label of 64 characters is refused by the resolver itself: no network takes part.
    title: 'a name that does not resolve',
    posted: false,
    shape: { class: 'Error', code: 'ENOTFOUND', syscall: 'getaddrinfo' },
    send: ({ channelId }) => postWith(restFor(`http://${'x'.repeat(64)}.invalid`), channelId),
  },
  {
    // undici counts the TLS handshake as part of connecting; this server never begins one.
    title: 'no connection within the connect timeout',
    posted: false,
    shape: { class: 'ConnectTimeoutError', name: 'ConnectTimeoutError', code: 'UND_ERR_CONNECT_TIMEOUT' },
    send: async ({ channelId }) => {
      const silent = createServer((socket) => socket.unref()).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const agent = new Agent({ connect: { timeout: 200 } });
      return postWith(restFor(url, { agent }), channelId).finally(() => silent.close());
    },
  },
  {
    title: 'a server that does not speak TLS',
    posted: false,
    shape: { class: 'Error', code: 'ERR_SSL_WRONG_VERSION_NUMBER' },
    send: ({ url, channelId }) => postWith(restFor(url.replace('http:', 'https:')), channelId),
  },
];
