import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../file-system.js';

/**
 * A listening socket. The kernel closes it at every kind of end of the process. Does not keep the
 * process alive.
 */
export class LockSocket {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #isOwner = false;

  private constructor() {
    this.#server = createServer((connection) => {
      this.#connections.add(connection);
      connection.unref();
      connection.on('error', () => undefined);
      connection.on('close', () => this.#connections.delete(connection));
      // The connection stays open: its end tells the waiting process that the lock is free.
      connection.write(`${process.pid} ${this.#isOwner ? OWNER : 'opener'}\n`);
    });
  }

  /** Listens at an address. Resolves to `undefined` if somebody else listens there. */
  static async listen(address: string): Promise<LockSocket | undefined> {
    const socket = new LockSocket();
    const server = socket.#server;
    try {
      await new Promise<AddressInfo | string | null>((resolve, reject) => {
        server.once('error', reject);
        // Without `exclusive` all workers of a cluster would share one socket of their primary
        // process.
        server.listen({ path: address, exclusive: true }, () => resolve(server.address()));
      });
    } catch (error) {
      if (hasCode(error, 'EADDRINUSE')) return undefined;
      throw error;
    }
    server.unref();
    return socket;
  }

  /** From now on the answer is that this process has the lock. */
  becomeOwner(): void {
    this.#isOwner = true;
  }

  /** Stops listening, and ends the connections of waiting processes. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}

/** Asks who listens at an address. Resolves to `undefined` if nobody does. */
export async function askOwner(address: string): Promise<Owner | undefined> {
  const socket = connect(address);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    // Reset: the process stopped listening before it took the connection.
    if (hasCode(error, 'ECONNREFUSED', 'ECONNRESET', 'ENOENT')) return undefined;
    // Somebody listens there, but is too busy, or is not open to this user.
    return { pid: undefined, isOwner: true, gone: delay(RETRY_MS), letGo: () => undefined };
  }
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
  const said = await Promise.race([answer, closed.then(() => 'gone' as const), delay(ANSWER_MS, undefined, { ref: false })]);
  if (said === 'gone') return undefined;
  const pid = said === undefined ? undefined : Number.parseInt(said, 10);
  return { pid, isOwner: said === undefined || said.includes(OWNER), gone: closed, letGo: () => socket.destroy() };
}

/** The process that listens at an address. */
export interface Owner {
  /** The process id, if the process said it in time. */
  readonly pid: number | undefined;
  /** Whether the process has the lock. `false`: it is still trying to get the lock. */
  readonly isOwner: boolean;
  /** Resolves when the process let go or died, or when it is time to ask again. */
  readonly gone: Promise<void>;
  /** Ends the connection to the process. */
  letGo(): void;
}

/** The word by which an owner says that it has the lock. */
const OWNER = 'owner';

/** How long to wait for an answer, in ms. Whoever does not answer counts as the owner. */
const ANSWER_MS = 1000;

/** Wait before the next question to an owner that takes no connection, in ms. */
const RETRY_MS = 50;
