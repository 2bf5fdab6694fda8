import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Document } from 'mongodb';

/** Servers that a run of the suite has for itself. */
export interface Cluster {
  /** For the whole suite: one host, as proxies need. */
  readonly uri: string;
  /** What the tests of this kind of cluster alone are told, beside the URI. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

interface ServerProcess {
  readonly host: string;
  stop(): Promise<void>;
}

/** With fail points. */
const TEST_COMMANDS = ['--setParameter', 'enableTestCommands=1'];
const START_MS = 60_000;

/** Three data nodes. The suite talks to the primary; `MONGODB_REPLICA_SET_URI` names all three. */
export async function startReplicaSet(mongod: string): Promise<Cluster> {
  const members = await startAll([0, 1, 2].map(() => () => startMember(mongod, 'rs')));
  const hosts = members.map(({ host }) => host);
  await initiate('rs', hosts);
  const uri = `mongodb://${hosts.join(',')}/?replicaSet=rs`;
  const hello = await command(uri, { hello: 1 });
  return {
    uri: `mongodb://${String(hello['primary'])}/?directConnection=true`,
    env: { MONGODB_REPLICA_SET_URI: uri },
    stop: () => stopAll(members),
  };
}

/** Two shards and one config server, of one node each, behind one mongos; `MONGODB_SHARDED_URI` names the mongos too. */
export async function startShardedCluster(mongod: string, mongos: string): Promise<Cluster> {
  const names = ['config', 'shard0', 'shard1'];
  const members = await startAll(
    names.map((name) => () => startMember(mongod, name, name === 'config' ? '--configsvr' : '--shardsvr')),
  );
  const hosts = members.map(({ host }) => host);
  for (const [index, name] of names.entries()) await initiate(name, [hosts[index]!], name === 'config');
  const router = await startServer(mongos, ['--configdb', `config/${hosts[0]!}`, ...TEST_COMMANDS]);
  const uri = `mongodb://${router.host}/`;
  for (const [index, name] of names.entries()) {
    if (name !== 'config') await command(uri, { addShard: `${name}/${hosts[index]!}` });
  }
  return { uri, env: { MONGODB_SHARDED_URI: uri }, stop: () => stopAll([router, ...members]) };
}

async function startMember(mongod: string, replicaSet: string, ...args: readonly string[]): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-mongod-'));
  const server = await startServer(mongod, ['--dbpath', folder, '--replSet', replicaSet, ...args, ...TEST_COMMANDS]);
  return {
    host: server.host,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a mongod or mongos on a free port, and waits until it answers. Its output is shown if it ends before. */
async function startServer(binary: string, args: readonly string[]): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(binary, ['--port', String(port), '--bind_ip', '127.0.0.1', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)));
  const ended = once(child, 'exit').then(
    () => 'ended',
    (error: unknown) => `could not be started: ${String(error)}`,
  );
  const host = `127.0.0.1:${port}`;
  const answers = command(`mongodb://${host}/?directConnection=true`, { ping: 1 }).then(() => 'answers');
  const state = await Promise.race([ended, answers]);
  if (state !== 'answers') throw new Error(`${binary} ${state}:\n${output}`);
  return {
    host,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function initiate(name: string, hosts: readonly string[], configsvr = false): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }));
  const direct = `mongodb://${hosts[0]!}/?directConnection=true`;
  await command(direct, { replSetInitiate: { _id: name, members, ...(configsvr && { configsvr }) } });
  // A primary, and every other member with its data.
  const deadline = Date.now() + START_MS;
  for (;;) {
    const status = await command(direct, { replSetGetStatus: 1 });
    const states = (status['members'] as { readonly stateStr: string }[]).map(({ stateStr }) => stateStr);
    if (states.includes('PRIMARY') && states.every((state) => ['PRIMARY', 'SECONDARY'].includes(state))) return;
    if (Date.now() > deadline) throw new Error(`the replica set ${name} has no primary: ${states.join(', ')}`);
    await delay(200);
  }
}

async function command(uri: string, request: Document): Promise<Document> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: START_MS });
  try {
    return await client.db('admin').command(request);
  } finally {
    await client.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** All of them, or none. */
async function startAll(starts: readonly (() => Promise<ServerProcess>)[]): Promise<ServerProcess[]> {
  const results = await Promise.allSettled(starts.map((start) => start()));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return started;
  await stopAll(started);
  throw failure.reason;
}

async function stopAll(servers: readonly ServerProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
