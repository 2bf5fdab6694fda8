import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MongoClient, type Db } from 'mongodb';

/** A server, and clients of it that count their commands. */
export interface MongoBench {
  readonly uri: string;
  /** What the results say of the server. */
  readonly server: string;
  readonly database: string;
  /** True for the tests' server, which knows only what the tests need. */
  readonly isOwn: boolean;
  connect(uri?: string): Promise<CountingClient>;
  close(): Promise<void>;
}

export interface CountingClient {
  readonly client: MongoClient;
  readonly db: Db;
  /** Commands that were sent so far. */
  readonly commands: () => number;
}

/** The server of MONGODB_URI; else the tests' server in a process of its own, whose times say little and whose counts say all. */
export async function startMongo(): Promise<MongoBench> {
  const given = process.env['MONGODB_URI'];
  const own = given === undefined ? await spawnServer() : undefined;
  const uri = given ?? own?.uri ?? '';
  const database = `bench_${process.pid}`;
  const clients: MongoClient[] = [];
  const connect = async (at = uri): Promise<CountingClient> => {
    const client = await new MongoClient(at, { monitorCommands: true }).connect();
    let commands = 0;
    client.on('commandStarted', () => (commands += 1));
    clients.push(client);
    return { client, db: client.db(database), commands: () => commands };
  };
  const { db } = await connect();
  const { version = 'no version', gitVersion } = (await db.admin().buildInfo()) as { version?: string; gitVersion?: string };
  const what = gitVersion === 'documentdb' ? `DocumentDB, which calls itself MongoDB ${version}` : `MongoDB ${version}`;
  return {
    uri,
    database,
    isOwn: own !== undefined,
    server: own === undefined ? what : 'the in-memory server of the tests',
    connect,
    close: async () => {
      await db.dropDatabase();
      for (const client of clients) await client.close();
      own?.stop();
    },
  };
}

async function spawnServer(): Promise<{ uri: string; stop(): void }> {
  const script = new URL('mongo-server.ts', import.meta.url);
  const child = spawn(process.execPath, ['--import', 'tsx', script.pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [uri] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { uri, stop: () => child.kill() };
}
