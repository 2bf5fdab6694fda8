import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../file-system.js';

/** What an owner says of itself. */
const OWNER = 'owner';
/** How long an owner may take to say its process id, in ms. It is the owner all the same. */
const ANSWER_MS = 1000;
/** How long to wait before asking again an owner that cannot be connected to, in ms. */
const RETRY_MS = 50;

/** Who listens at an address. */
export interface Owner {
  /** Its process id, if it said it in time. */
  readonly pid: number | undefined;
  /** Whether it has the lock, or is on the way to it. Who does not answer has it. */
  readonly isOwner: boolean;
  /** Resolves when it let go or died, or when it is time to ask again. */
  readonly gone: Promise<void>;
  /** Ends the conversation. */
  letGo(): void;
}

/** A listening socket: the kernel closes it with its process, whatever ended that. Keeps no process alive. */
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
      // Left open: its end is how one that waits learns that the lock is free.
      connection.write(`${process.pid} ${this.#isOwner ? OWNER : 'opener'}\n`);
    });
  }

  /** Listens at an address; `undefined` if somebody does already. */
  static async listen(address: string): Promise<LockSocket | undefined> {
    const socket = new LockSocket();
    const server = socket.#server;
    try {
      await new Promise<AddressInfo | string | null>((resolve, reject) => {
        server.once('error', reject);
        // Without `exclusive` the workers of a cluster would all share the one socket of their primary process.
        server.listen({ path: address, exclusive: true }, () => resolve(server.address()));
      });
    } catch (error) {
      if (hasCode(error, 'EADDRINUSE')) return undefined;
      throw error;
    }
    server.unref();
    return socket;
  }

  /** What is answered from now on: that this process has the lock. */
  becomeOwner(): void {
    this.#isOwner = true;
  }

  /** Stops listening, then lets those who wait know. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}

/** Asks who listens at an address; `undefined` if nobody does. */
export async function askOwner(address: string): Promise<Owner | undefined> {
  const socket = connect(address);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    // Reset: it stopped listening before it had taken the connection.
    if (hasCode(error, 'ECONNREFUSED', 'ECONNRESET', 'ENOENT')) return undefined;
    // Somebody is there, and too busy or not to be spoken to by this user.
    return { pid: undefined, isOwner: true, gone: delay(RETRY_MS), letGo: () => undefined };
  }
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
  const said = await Promise.race([answer, closed.then(() => 'gone' as const), delay(ANSWER_MS, undefined, { ref: false })]);
  if (said === 'gone') return undefined;
  const pid = said === undefined ? undefined : Number.parseInt(said, 10);
  return { pid, isOwner: said === undefined || said.includes(OWNER), gone: closed, letGo: () => socket.destroy() };
}
