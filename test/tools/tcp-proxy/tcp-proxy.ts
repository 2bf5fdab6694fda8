import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { resetSocket } from '../reset-socket.js';

/**
 * What the network between a client and a server does.
 * - `pass`: everything goes through.
 * - `refuse`: nobody listens on the port (ECONNREFUSED), and the open connections are reset.
 * - `cut`: the open connections are reset, once; then as `pass`.
 * - `end`: the open connections are ended in good order, once, the oldest first, as by a server that restarts; then as `pass`.
 * - `stall`: connections are accepted and kept, and nothing comes through in either direction.
 * - `halfOpen`: the server gets what the client sends, and the client gets nothing.
 *
 * What `stall` and `halfOpen` hold back arrives when the mode is `pass` again, as it does after a pause of a real network, even if the client
 * has gone away meanwhile. After `cut` or `refuse` it is lost.
 */
export type ProxyMode = 'pass' | 'refuse' | 'cut' | 'end' | 'stall' | 'halfOpen';

export interface TcpProxy {
  /** The same in every mode. */
  readonly port: number;
  /** The target's URI through the proxy; `127.0.0.1:port` if the target was a port. */
  readonly uri: string;
  /** Resolves when the mode is in effect for all connections. */
  mode(mode: ProxyMode): Promise<void>;
  /** How many connections are open. */
  connections(): number;
  close(): Promise<void>;
}

/** Two ends of one proxied connection. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/**
 * A TCP proxy on a free port of 127.0.0.1.
 * @param target - a port of 127.0.0.1, or a URI with one host and port, such as that of a MongoDB server
 */
export async function startTcpProxy(target: number | string): Promise<TcpProxy> {
  const { host, port: targetPort } = typeof target === 'number' ? { host: '127.0.0.1', port: target } : hostOf(target);
  const pairs = new Set<Pair>();
  /** They are ended, and open until the client ends its side too. */
  const ending = new Set<Pair>();
  let current: ProxyMode = 'pass';

  const accept = (client: Socket): void => {
    const pair = { client, upstream: connect({ host, port: targetPort, noDelay: true, allowHalfOpen: true }) };
    pairs.add(pair);
    client.setNoDelay(true);
    for (const [socket, other] of [
      [pair.client, pair.upstream],
      [pair.upstream, pair.client],
    ] as const) {
      // A reset on one side is a reset on the other: neither may take it for an orderly end.
      socket.on('error', () => resetSocket(other));
      socket.on('close', () => {
        other.destroy();
        pairs.delete(pair);
        ending.delete(pair);
      });
    }
    applyMode(pair, current);
  };

  let server: Server | undefined = await listen(0, accept);
  const { port } = server.address() as AddressInfo;

  const resetAll = (): void => {
    for (const { client, upstream } of [...pairs, ...ending]) {
      resetSocket(client);
      upstream.destroy();
    }
    pairs.clear();
  };

  const endAll = (): void => {
    for (const pair of pairs) {
      const { client, upstream } = pair;
      ending.add(pair);
      upstream.unpipe(client);
      client.unpipe(upstream);
      // The client's own end is waited for: a connection with unread data would be reset.
      client.resume().once('end', () => upstream.destroy());
      client.end();
    }
    pairs.clear();
  };

  const stopListening = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = once(closing, 'close');
    closing.close();
    resetAll();
    await closed;
  };

  return {
    port,
    uri: typeof target === 'number' ? `127.0.0.1:${port}` : throughProxy(target, port),
    connections: () => pairs.size,
    async mode(mode) {
      current = mode === 'cut' || mode === 'end' ? 'pass' : mode;
      if (mode === 'refuse') {
        await stopListening();
        return;
      }
      if (mode === 'cut') resetAll();
      if (mode === 'end') endAll();
      for (const pair of pairs) applyMode(pair, current);
      server ??= await listen(port, accept);
    },
    close: stopListening,
  };
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, accept);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function applyMode({ client, upstream }: Pair, mode: ProxyMode): void {
  flow(client, upstream, mode === 'pass' || mode === 'halfOpen');
  flow(upstream, client, mode === 'pass');
}

/** A socket that nobody reads fills its buffers and then holds back the sender, so nothing that was held back is lost. */
function flow(from: Socket, to: Socket, open: boolean): void {
  from.unpipe(to);
  if (open) from.pipe(to);
  else from.pause();
}

/** Everything between the user information and the path, query or end. */
const AUTHORITY = /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?)([^/?#,]+)(.*)$/i;

/** The one host of a URI. */
export function hostOf(uri: string): { host: string; port: number } {
  const [, , authority] = AUTHORITY.exec(uri) ?? [];
  const { hostname, port } = new URL(`tcp://${authority ?? ''}`);
  if (hostname === '' || AUTHORITY.exec(uri)?.[3]?.startsWith(',')) throw new Error('a proxy needs a URI with one host');
  return { host: hostname, port: port === '' ? 27017 : Number(port) };
}

/** With `directConnection`, a MongoDB driver does not go around the proxy to the address that the server says it has. */
export function throughProxy(uri: string, port: number): string {
  const replaced = uri.replace(AUTHORITY, `$1127.0.0.1:${port}$3`);
  if (!uri.startsWith('mongodb:') || /[?&]directConnection=/i.test(uri)) return replaced;
  if (replaced.includes('?')) return `${replaced}&directConnection=true`;
  return `${replaced}${/:\d+\//.test(replaced) ? '' : '/'}?directConnection=true`;
}
