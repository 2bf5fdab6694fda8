import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chooseServer, withoutSecrets } from './choose-server.js';
import { downloadedMongod, mongodInPath } from './local-mongod.js';
import { connect, ownServer } from './connect.js';
import { scriptOf } from '../script.js';

const SERVER_MAIN = new URL('./server/main.ts', import.meta.url);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mongod-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A folder with an executable `mongod` that runs `script`. */
async function folderWithMongod(script: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'mongod'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'mongod'), 0o755);
  return folder;
}

const choose = async (env: NodeJS.ProcessEnv, path = '') => {
  const chosen = await chooseServer(env, { findMongod: () => mongodInPath(path), answerWithinMs: 500 });
  onTestFinished(chosen.stop);
  return chosen;
};

describe('The MongoDB server of a run', () => {
  it('is the one that MONGODB_URI names; it is not stopped, and its options are not shown', async () => {
    const own = await ownServer();
    const { info, description, stop } = await choose({ MONGODB_URI: `${own.uri}?appName=hush` });
    expect(info).toMatchObject({ uri: `${own.uri}?appName=hush`, hasCloseAfter: true });
    expect(description).toBe(`${own.uri} (MONGODB_URI)`);
    await stop();
    await (await connect({ uri: own.uri })).db().admin().ping();
  });

  it('is an error if MONGODB_URI cannot be reached: nobody is tested on another server than they asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    taken.close();
    const failing = choose({ MONGODB_URI: `mongodb://user:secret@127.0.0.1:${port}/?authSource=admin` });
    const error = await failing.then(
      () => new Error('it was reached'),
      (reason: unknown) => reason as Error,
    );
    expect(error.message).toBe(`The MongoDB server of the tests does not answer: mongodb://127.0.0.1:${port}/ (MONGODB_URI)`);
    expect(inspect(error, { depth: 10 })).not.toContain('secret');
  });

  it('is the in-process one where there is nothing else', async () => {
    const { info, description } = await choose({});
    expect(info).toMatchObject({ kind: 'in-process', hasFailPoints: true, hasCloseAfter: true, hasScopedFailPoints: true });
    expect(description).toBe('server of test/tools (no MONGODB_URI, no mongod binary)');
  });

  it('is a mongod in PATH, if there is one; it is stopped at the end', async () => {
    // A stand-in that speaks the protocol, started as mongodb-memory-server starts a mongod.
    const script = await scriptOf(SERVER_MAIN);
    const folder = await folderWithMongod(`
      [ "$1" = --version ] && { echo "db version v8.2.6"; exit 0; }
      while [ $# -gt 0 ]; do [ "$1" = --port ] && port=$2; shift; done
      exec ${process.execPath} -e "
        const { log } = console;
        console.log = () => log('Waiting for connections');
        require('${script}')" main $port`);
    const { info, description, stop } = await choose({}, folder);
    expect(description).toBe(`mongod 8.2.6 at ${join(folder, 'mongod')} (found in PATH)`);
    const client = await connect({ uri: info.uri, serverSelectionTimeoutMS: 200, minHeartbeatFrequencyMS: 20 });
    await client.db('d').collection('c').insertOne({ a: 1 });
    await stop();
    await expect(client.db('d').collection('c').insertOne({ a: 1 })).rejects.toThrow();
  });

  it.each([
    ['exit 14', /^server of test\/tools \(the mongod at .*\/mongod does not start: Command failed/],
    ['echo strange', /does not start: its --version names no version\)$/],
  ])('is the in-process one where the mongod does not start (%s), and says why', async (script, expected) => {
    const { info, description } = await choose({}, await folderWithMongod(script));
    expect(info.kind).toBe('in-process');
    expect(description).toMatch(expected);
  });

  it('is not downloaded where the host does not answer or has none, or if that is turned off; this takes no more than a moment', async () => {
    let asked = 0;
    const mirror = createServer((socket) => {
      asked++;
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(mirror, 'listening');
    const env = {
      ...process.env,
      MONGOMS_VERSION: '0.0.1',
      MONGOMS_DOWNLOAD_DIR: await temporaryFolder(),
      MONGOMS_DOWNLOAD_MIRROR: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`,
    };
    expect(await downloadedMongod({ ...env, MONGOMS_RUNTIME_DOWNLOAD: 'false' })).toBeUndefined();
    expect(asked).toBe(0);
    expect(await downloadedMongod(env)).toBeUndefined();
    expect(asked).toBe(1);
    mirror.close();
    expect(await downloadedMongod(env)).toBeUndefined();
  });
});

it.each([
  ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/'],
  ['mongodb://a:b@h1:1,h2:2/db?replicaSet=r', 'mongodb://h1:1,h2:2/'],
  ['mongodb+srv://user:p%40ss@cluster.example.net/?w=1', 'mongodb+srv://cluster.example.net/'],
])('the URI %s is shown as %s', (uri, shown) => {
  expect(withoutSecrets(uri)).toBe(shown);
});

describe('The in-process server as a process of its own', () => {
  const start = async () => {
    const child = spawn(process.execPath, [await scriptOf(SERVER_MAIN)], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [uri] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, uri };
  };

  it('prints its URI and outlives its clients', async () => {
    const { uri } = await start();
    const script = `
      import { MongoClient } from 'mongodb';
      await (await new MongoClient('${uri}').connect()).db('d').collection('c').insertOne({ _id: 'a' });
      process.kill(process.pid, 'SIGKILL');`;
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, stdio: 'pipe' }),
    ).toThrow();
    const client = await connect({ uri });
    expect(await client.db('d').collection('c').countDocuments()).toBe(1);
  });

  it('ends with SIGTERM, and when the process that started it is gone', async () => {
    const one = await start();
    one.child.kill('SIGTERM');
    expect(await once(one.child, 'exit')).toEqual([0, null]);
    const other = await start();
    other.child.stdin.end();
    expect(await once(other.child, 'exit')).toEqual([0, null]);
  });
});
