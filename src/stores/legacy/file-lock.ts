import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { StoreLockedError } from '../../contract/errors.js';

/** A lock that only one process of the machine can hold. */
export interface FileLock {
  /** Lets the next one in. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a name, waiting for whoever has it. The lock is a listening socket without a file: the kernel frees it when its process
 * ends, however it ends. `STORE_LOCKED` after `timeoutMs`.
 *
 * Processes in different network namespaces (two containers) do not see each other's locks.
 */
export async function takeLock(name: string, path: string, timeoutMs: number, platform = process.platform): Promise<FileLock> {
  const address = addressOf(name, platform);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const lock = await tryLock(address);
    if (lock !== undefined) return lock;
    const left = deadline - performance.now();
    if (left <= 0) {
      throw new StoreLockedError(
        `${path} is being written by another process for more than ${timeoutMs} ms. Nothing was written.`,
        undefined,
      );
    }
    await waitForRelease(address, left);
  }
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

function addressOf(name: string, platform: NodeJS.Platform): Address {
  const hash = createHash('sha256').update(name).digest();
  const id = `sent-code-store-${hash.toString('hex').slice(0, 32)}`;
  if (platform === 'linux') return { path: `\0${id}` };
  if (platform === 'win32') return { path: `\\\\.\\pipe\\${id}` };
  // No abstract socket names here, and a socket's file would outlive its process. A port that something else has keeps writers out for safety.
  return { host: '127.0.0.1', port: 20_000 + (hash.readUInt32BE() % 20_000) };
}

function tryLock(address: Address): Promise<FileLock | undefined> {
  return new Promise((resolve, reject) => {
    // A connection is someone who waits: it ends with the lock.
    const waiting = new Set<{ destroy(): unknown }>();
    const server: Server = createServer((socket) => {
      waiting.add(socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket)));
    });
    const release = (): Promise<void> =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of waiting) socket.destroy();
      });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    // `exclusive`: workers of a cluster would share the socket, and all of them the lock.
    server.listen({ ...address, exclusive: true }, () => resolve({ release }));
  });
}

/** Until the one who has the lock lets go of it, or a time is over. */
function waitForRelease(address: Address, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    // A refused connection is a lock that was let go of just now.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
  });
}
