import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { resetSocket } from '../../reset-socket.js';
import { hostOf, throughProxy } from '../../tcp-proxy/tcp-proxy.js';
import { createFramer } from '../server/wire.js';
import { commandNameOf, replyToOf, requestIdOf } from './frames.js';

/** What happens to one command on its way, and to its answer. Nothing, where nothing is said. */
export interface Fate {
  /**
   * Before the server has the command: the connection is reset; or the connection is half-open from
   * now on, and swallows what either side sends; or the command waits so many ms, and then reaches
   * the server even if its client has given up.
   */
  readonly before?: 'cut' | 'swallow' | number;
  /** Once the server has answered: the connection is reset, or the answer waits so many ms. */
  readonly after?: 'cut' | number;
  /** Called before the command is passed on. */
  readonly onCommand?: () => void;
  /** Called when the server has answered, before the answer is passed on. */
  readonly onAnswer?: () => void;
}

export interface FrameProxy {
  /** The server's URI through the proxy. */
  readonly uri: string;
  /** Resets all connections, and each new one, until {@link FrameProxy.restore}. */
  cutOff(): void;
  restore(): void;
  /** How many late commands the server has not got yet. */
  late(): number;
  close(): Promise<void>;
}

/** Commands by which a driver looks after its connections. They pass, and no fate is asked for. */
const UPKEEP = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'buildInfo']);

/**
 * A proxy that knows where each command begins and ends, so that it can part a command from its
 * answer. In between lies what a client cannot know: whether the command was done.
 *
 * @param target - the URI of a server, with one host
 * @param fateOf - decides about each command, by its name
 */
export async function startFrameProxy(target: string, fateOf: (command: string) => Fate): Promise<FrameProxy> {
  const { host, port } = hostOf(target);
  const clients = new Set<Socket>();
  const held = { commands: 0 };
  let isCutOff = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isCutOff) {
      resetSocket(client);
      return;
    }
    clients.add(client);
    client.on('close', () => clients.delete(client));
    join(client, connect({ host, port, noDelay: true }), fateOf, held);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = (): void => {
    for (const client of clients) resetSocket(client);
  };
  return {
    uri: throughProxy(target, (server.address() as AddressInfo).port),
    cutOff() {
      isCutOff = true;
      reset();
    },
    restore() {
      isCutOff = false;
    },
    late: () => held.commands,
    async close() {
      const closed = once(server, 'close');
      server.close();
      reset();
      await closed;
    },
  };
}

/** Passes frames between the two ends of a connection. */
function join(client: Socket, upstream: Socket, fateOf: (command: string) => Fate, held: { commands: number }): void {
  const fates = new Map<number, Fate>();
  const [ofClient, ofServer] = [createFramer(), createFramer()];
  /** Late commands, which the server is to get although their client has gone. */
  let late = 0;
  let isHalfOpen = false;

  const pass = (frame: Buffer): void => {
    if (!upstream.destroyed) upstream.write(frame);
  };
  const onCommand = (frame: Buffer): void => {
    const name = commandNameOf(frame);
    if (isHalfOpen) return;
    if (UPKEEP.has(name)) {
      pass(frame);
      return;
    }
    const fate = fateOf(name);
    fate.onCommand?.();
    if (fate.before === 'cut') resetSocket(client);
    else if (fate.before === 'swallow') isHalfOpen = true;
    else {
      fates.set(requestIdOf(frame), fate);
      if (fate.before === undefined) pass(frame);
      else {
        late += 1;
        held.commands += 1;
        setTimeout(() => {
          held.commands -= 1;
          pass(frame);
        }, fate.before);
      }
    }
  };
  const onAnswer = (frame: Buffer): void => {
    const fate = fates.get(replyToOf(frame));
    fates.delete(replyToOf(frame));
    fate?.onAnswer?.();
    if (typeof fate?.before === 'number') late -= 1;
    if (client.destroyed) {
      if (late === 0) upstream.destroy();
    } else if (fate?.after === 'cut') resetSocket(client);
    else if (!isHalfOpen) {
      if (fate?.after === undefined) client.write(frame);
      else setTimeout(() => client.destroyed || client.write(frame), fate.after);
    }
  };

  client.setNoDelay(true);
  client.on('data', (chunk: Buffer) => ofClient(chunk).forEach(onCommand));
  upstream.on('data', (chunk: Buffer) => ofServer(chunk).forEach(onAnswer));
  // Both sides end by a reset: neither may take what a proxy does for an orderly end.
  client.on('error', () => client.destroy());
  upstream.on('error', () => resetSocket(client));
  client.on('end', () => client.end());
  client.on('close', () => {
    if (late === 0) upstream.destroy();
  });
  upstream.on('close', () => resetSocket(client));
}
