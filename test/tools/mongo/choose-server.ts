import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import { findMongod, startMongod, type FoundMongod } from './local-mongod.js';
import { makeScript } from '../script.js';
import type { MongoServerInfo } from './server-info.js';

export interface ChosenServer {
  readonly info: MongoServerInfo;
  /** Which server it is and why, without credentials. */
  readonly description: string;
  /** Ends the server, if it was started here. */
  readonly stop: () => Promise<void>;
}

interface Started {
  readonly uri: string;
  readonly description: string;
  readonly stop: () => Promise<void>;
}

export interface ChooseOptions {
  readonly findMongod?: (env: NodeJS.ProcessEnv) => Promise<FoundMongod | undefined>;
  /** How long the chosen server may take to answer (ms). */
  readonly answerWithinMs?: number;
}

/**
 * The MongoDB server of a test run: `MONGODB_URI`, else a real mongod of this machine or from a download, else the in-process server.
 * A `MONGODB_URI` that cannot be reached rejects (whoever set it wants that server and no other); everything else falls back.
 */
export async function chooseServer(
  env: NodeJS.ProcessEnv,
  { findMongod: find = findMongod, answerWithinMs = 5000 }: ChooseOptions = {},
): Promise<ChosenServer> {
  const { MONGODB_URI: given } = env;
  const { uri, description, stop } = given ? givenServer(given) : await localServer(await find(env));
  try {
    return { info: await inspect(uri, answerWithinMs), description, stop };
  } catch (error) {
    await stop();
    throw new Error(`The MongoDB server of the tests does not answer: ${description}`, { cause: error });
  }
}

const givenServer = (uri: string): Started => ({
  uri,
  description: `${withoutSecrets(uri)} (MONGODB_URI)`,
  stop: () => Promise.resolve(),
});

async function localServer(found: FoundMongod | undefined): Promise<Started> {
  if (!found) return ownServer('no MONGODB_URI, no mongod binary');
  try {
    const { uri, version, stop } = await startMongod(found.path);
    return { uri, stop, description: `mongod ${version} at ${found.path} (${found.where})` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    return ownServer(`the mongod at ${found.path} does not start: ${reason}`);
  }
}

/** In a process of its own: a run that is busy with its tests would keep the server's clients waiting. */
async function ownServer(reason: string): Promise<Started> {
  const script = await makeScript(new URL('./server/main.ts', import.meta.url));
  const child = spawn(process.execPath, [script.path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [uri] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`The server of the tests ended with ${String(code)}.`))),
  ])) as [string];
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    await script.remove();
  };
  return { uri, description: `server of test/tools (${reason})`, stop };
}

/** Scheme and hosts: user names, passwords and options can be secrets. */
export const withoutSecrets = (uri: string): string => uri.replace(/^([a-z+]+:\/\/)(?:[^@/]*@)?([^/?]*).*$/is, '$1$2/');

async function inspect(uri: string, answerWithinMs: number): Promise<MongoServerInfo> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: answerWithinMs });
  try {
    const admin = client.db('admin');
    const { gitVersion } = await admin.command({ buildInfo: 1 });
    if (gitVersion === 'in-process')
      return { uri, kind: 'in-process', hasFailPoints: true, hasCloseAfter: true, hasScopedFailPoints: true };
    if (gitVersion === 'documentdb')
      return { uri, kind: 'documentdb', hasFailPoints: true, hasCloseAfter: true, hasScopedFailPoints: false };
    const hasFailPoints = await admin.command({ configureFailPoint: 'failCommand', mode: 'off' }).then(
      () => true,
      () => false,
    );
    return { uri, kind: 'mongod', hasFailPoints, hasCloseAfter: false, hasScopedFailPoints: true };
  } finally {
    await client.close();
  }
}
