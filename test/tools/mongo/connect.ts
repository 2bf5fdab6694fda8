import { randomBytes } from 'node:crypto';
import { MongoClient, type Document, type MongoClientOptions } from 'mongodb';
import type { MongoClient as MongoClient6, MongoClientOptions as MongoClient6Options } from 'mongodb6';
import { TestRunner, inject, onTestFinished } from 'vitest';
import { afterFile } from '../after-file.js';
import type { MongoServerInfo } from './server-info.js';
import { startMongoServer, type MongoServer, type MongoServerOptions } from './server/server.js';

/** The server of this run. */
export const server: MongoServerInfo = inject('mongo');

/** True if `failPoint({ closeAfter: true })` works: not with a real mongod. */
export const { hasCloseAfter, hasFailPoints } = server;

/** Names the clients of one worker, so that its fail points concern no file that runs at the same time. */
const APP_NAME = `test-${randomBytes(6).toString('hex')}`;

/** Runs `cleanUp` after the test that is running, or after the file if none is (in a beforeAll, or at the top level). */
function afterwards(cleanUp: () => Promise<unknown>): void {
  if (TestRunner.getCurrentTest()) onTestFinished(() => cleanUp().then(() => undefined));
  else afterFile(cleanUp);
}

/** The URI of the server of this run; for a store that makes its own client, for a proxy, for a child process. */
export function mongoUri(): string {
  const [address = '', query = ''] = server.uri.split('?');
  const options = query.split('&').filter((option) => option !== '' && !/^appName=/i.test(option));
  const withPath = /^[^:]+:\/\/[^/]+\//.test(address) ? address : `${address}/`;
  return `${withPath}?${[...options, `appName=${APP_NAME}`].join('&')}`;
}

/** The name of a database that nobody else uses. The database is dropped after the test, or after the file (see {@link connect}). */
export function freshDatabase(): string {
  const name = `test_${randomBytes(8).toString('hex')}`;
  afterwards(async () => (await bystander()).db(name).dropDatabase());
  return name;
}

let standing: Promise<MongoClient> | undefined;

/**
 * The client of a test file for what is not under test, without the name that fail points are limited to. There is one, because to connect
 * costs more than most of what a test does.
 */
export function bystander(): Promise<MongoClient> {
  standing ??= new MongoClient(server.uri).connect().then((client) => {
    afterFile(async () => {
      standing = undefined;
      await client.close();
    });
    return client;
  });
  return standing;
}

export interface ConnectOptions extends MongoClientOptions {
  /** Another server than that of the run: a proxy before it, or one of the test's own. */
  uri?: string;
}

/**
 * A connected client, with command monitoring on. It is closed after the test that called this; called outside of a test (in a beforeAll, at
 * the top level), after the file.
 */
export async function connect({ uri = mongoUri(), ...options }: ConnectOptions = {}): Promise<MongoClient> {
  const client = new MongoClient(uri, { monitorCommands: true, ...options });
  afterwards(() => client.close());
  return client.connect();
}

/** As {@link connect}, with driver 6. */
export async function connectDriver6({
  uri = mongoUri(),
  ...options
}: MongoClient6Options & { uri?: string } = {}): Promise<MongoClient6> {
  const driver = await import('mongodb6');
  const client = new driver.MongoClient(uri, { monitorCommands: true, ...options });
  afterwards(() => client.close());
  return client.connect();
}

/** An in-process server for the caller alone: empty, with a clock of its choice. Closed as the clients of {@link connect} are. */
export async function ownServer(options?: MongoServerOptions): Promise<MongoServer> {
  const own = await startMongoServer(options);
  afterwards(() => own.close());
  return own;
}

export interface FailPointOptions {
  /** Names of commands: `find`, `update`, … */
  readonly commands: readonly string[];
  /** How many of these commands fail: 1 if not given. */
  readonly times?: number | 'always';
  /** Answer this error, and do not run the command. */
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  /** Drop the connection, and do not run the command. */
  readonly closeConnection?: boolean;
  /** Run the command, then drop the connection without an answer. Only where `hasCloseAfter`. */
  readonly closeAfter?: boolean;
  /** Wait this long (ms), then go on. */
  readonly blockMs?: number;
  /** Run the command, and answer with this write concern error. */
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string };
  /** Another server than that of the run; there the fail point concerns every client. */
  readonly uri?: string;
}

/**
 * Makes commands fail, for the clients of this test file only (those with `mongoUri()`); there is one fail point at a time. It ends with the
 * test, or when the returned function is called.
 */
export async function failPoint({ uri, ...options }: FailPointOptions): Promise<() => Promise<void>> {
  if (options.closeAfter && uri === undefined && !hasCloseAfter)
    throw new Error('this server cannot run a command and then drop the connection');
  const { commands, times = 1, blockMs, ...actions } = options;
  const scope = uri === undefined && server.hasScopedFailPoints ? { appName: APP_NAME } : {};
  const data: Document = { failCommands: commands, ...actions, ...scope };
  if (blockMs !== undefined) Object.assign(data, { blockConnection: true, blockTimeMS: blockMs });
  let isOn = true;
  const off = async (): Promise<void> => {
    if (isOn) await configureFailPoint(uri, { mode: 'off', data: scope });
    isOn = false;
  };
  afterwards(off);
  await configureFailPoint(uri, { mode: times === 'always' ? 'alwaysOn' : { times }, data });
  return off;
}

async function configureFailPoint(uri: string | undefined, settings: Document): Promise<void> {
  const own = uri === undefined ? undefined : new MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    await (own ?? (await bystander())).db('admin').command({ configureFailPoint: 'failCommand', ...settings });
  } finally {
    await own?.close();
  }
}

export interface SentCommand {
  readonly name: string;
  readonly command: Document;
}

export interface CommandLog {
  /** The commands that the client has sent since the last mark: one round trip each. */
  sent(): SentCommand[];
  names(): string[];
  /** Forgets what was sent until here. */
  mark(): void;
}

/** What is used of a client of driver 6 or 7. */
interface MonitoredClient {
  readonly options: { readonly monitorCommands?: boolean };
  on(event: 'commandStarted', listener: (event: { readonly commandName: string; readonly command: Document }) => void): unknown;
}

/** Records the commands of a client that was made with `monitorCommands: true`, from here on. */
export function countCommands(client: MonitoredClient): CommandLog {
  if (client.options.monitorCommands !== true)
    throw new Error('this client was made without monitorCommands: it would seem to send nothing');
  let sent: SentCommand[] = [];
  client.on('commandStarted', ({ commandName, command }) => {
    sent.push({ name: commandName, command });
  });
  return {
    sent: () => [...sent],
    names: () => sent.map(({ name }) => name),
    mark: () => {
      sent = [];
    },
  };
}
