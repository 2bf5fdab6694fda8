import { afterFile } from '../after-file.js';
import { startTcpProxy } from '../tcp-proxy/tcp-proxy.js';
import { mongoUri } from './connect.js';

/** A connected client whose way to the server can be cut. */
export interface CuttableClient<C> {
  readonly client: C;
  /** From here on nobody listens where the client connects to. */
  readonly cut: () => Promise<void>;
  /** Resolves when the client has found the server again. */
  readonly mend: () => Promise<void>;
  /** Hands it back: closed if it was cut, since it may still be busy with that; else it is there for the next who asks. */
  readonly release: () => Promise<void>;
}

/** What is used of a client of driver 6 or 7. */
interface Client {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  db(name: string): { command(command: { ping: 1 }): Promise<unknown> };
}

/**
 * Gives out one client after another to the fixtures of a file, and the same again as long as nobody has cut it: to connect costs more than
 * most tests of a kit.
 */
export function cuttableClients<C extends Client>(create: (uri: string) => C): () => Promise<CuttableClient<C>> {
  let current: Promise<CuttableClient<C> & { readonly close: () => Promise<void> }> | undefined;
  afterFile(async () => (await current)?.close());

  const open: () => NonNullable<typeof current> = async () => {
    const proxy = await startTcpProxy(mongoUri());
    const client = create(proxy.uri);
    await connectInTheEnd(client);
    let wasCut = false;
    const close = async (): Promise<void> => {
      current = undefined;
      await client.close();
      await proxy.close();
    };
    return {
      client,
      close,
      cut: async () => {
        wasCut = true;
        await proxy.mode('refuse');
      },
      mend: async () => {
        await proxy.mode('pass');
        // The driver looks for its server again every 500 ms.
        for (let tries = 0; tries < 10; tries += 1) if (await answers(client)) return;
      },
      release: async () => {
        if (wasCut) await close();
      },
    };
  };

  return () => (current ??= open());
}

/**
 * A client waits for a server no longer than its `serverSelectionTimeoutMS`: connects as often as a busy machine needs, since the first
 * connection is not what a test asks about.
 */
async function connectInTheEnd(client: Client): Promise<void> {
  for (;;) {
    try {
      await client.connect();
      return;
    } catch (error) {
      if ((error as Error).name !== 'MongoServerSelectionError') throw error;
    }
  }
}

const answers = (client: Client): Promise<boolean> =>
  client
    .db('admin')
    .command({ ping: 1 })
    .then(
      () => true,
      () => false,
    );
