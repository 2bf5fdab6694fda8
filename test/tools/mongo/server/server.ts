import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Double } from 'bson';
import { commandName, runCommand } from './commands/dispatch.js';
import type { ServerState } from './commands/command.js';
import { Cursors } from './cursors.js';
import { CommandError, toCommandError } from './errors.js';
import { FailPoint, type Failure } from './fail-point.js';
import { Storage } from './storage.js';
import { fieldOf, isDoc, type Doc } from './values.js';
import { createFramer, frameReply, parseRequest } from './wire.js';

export interface MongoServerOptions {
  /** 0, the default, is any free port. */
  readonly port?: number;
  /** Milliseconds since the epoch, for `$$NOW`. */
  readonly clock?: () => number;
  /** False for a server without a journal, as `--nojournal` made one: it refuses `j: true`. */
  readonly journal?: boolean;
  /** False for a server with `enableMajorityReadConcern: false`: it refuses to read what a majority has. */
  readonly majorityReads?: boolean;
  /**
   * Whether a majority confirms writes at this moment. Where it does not, as with a data node of three
   * down beside an arbiter, each write is done, and answered with a write concern error after its
   * `wtimeout`.
   */
  readonly confirms?: () => boolean;
  /**
   * Changes the answers of commands, by their names: a server of another kind, or a collection with
   * what this one refuses.
   */
  readonly disguise?: Disguise;
}

type Disguise = Readonly<Record<string, (reply: Doc, command: Doc) => Doc>>;

export interface MongoServer {
  readonly uri: string;
  readonly port: number;
  /** Drops all connections and all data. */
  close(): Promise<void>;
}

/**
 * A MongoDB server in this process, on a real socket of 127.0.0.1, with its data in memory. Drivers see a standalone server of MongoDB 7.0.
 * It knows the commands, options and operators that the suite uses, and answers an error to all others.
 */
export async function startMongoServer(options: MongoServerOptions = {}): Promise<MongoServer> {
  const state: ServerState = {
    storage: new Storage(),
    cursors: new Cursors(),
    failPoint: new FailPoint(),
    clock: options.clock ?? Date.now,
    journal: options.journal ?? true,
    majorityReads: options.majorityReads ?? true,
    confirms: options.confirms ?? (() => true),
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, state, options.disguise ?? {});
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One connection. Its messages are answered in their order; other connections go on while one is blocked by a fail point. */
function serve(socket: Socket, state: ServerState, disguise: Disguise): void {
  const connection: Connection = { appName: undefined };
  const framer = createFramer();
  let queue = Promise.resolve();
  socket.setNoDelay(true);
  // A reset is how clients go away when they are killed.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    queue = queue
      .then(async () => {
        for (const message of framer(chunk)) await answer(message, socket, state, connection, disguise);
      })
      .catch((error: unknown) => {
        if (!(error instanceof ConnectionDropped)) console.error('in-process MongoDB server:', error);
        socket.destroy();
      });
  });
}

interface Connection {
  /** The `appName` of the client, from its first hello. */
  appName: string | undefined;
}

class ConnectionDropped extends Error {}

async function answer(
  message: Buffer,
  socket: Socket,
  state: ServerState,
  connection: Connection,
  disguise: Disguise,
): Promise<void> {
  const request = parseRequest(message);
  connection.appName ??= appNameOf(request.command);
  const failure = state.failPoint.next(commandName(request.command), connection.appName);
  if (failure) await delay(failure.blockMs);
  if (failure?.closeBefore) throw new ConnectionDropped();
  const reply = await confirmed(request.command, replyTo(request.command, state, failure), state);
  if (failure?.closeAfter) throw new ConnectionDropped();
  const shown = disguise[commandName(request.command)]?.(reply, request.command) ?? reply;
  if (request.wantsReply && !socket.destroyed) socket.write(frameReply(request, shown));
}

/** The answer to a write once a majority has confirmed it, or has not within the `wtimeout` of the command. */
async function confirmed({ writeConcern }: Doc, reply: Doc, state: ServerState): Promise<Doc> {
  if (!isDoc(writeConcern) || writeConcern['w'] !== 'majority' || state.confirms()) return reply;
  await delay(Number(writeConcern['wtimeout']));
  return {
    ...reply,
    writeConcernError: { code: 64, codeName: 'WriteConcernFailed', errmsg: 'waiting for replication timed out' },
  };
}

function replyTo(command: Doc, state: ServerState, failure: Failure | undefined): Doc {
  try {
    if (failure?.errorCode !== undefined) throw injectedError(failure);
    const reply = runCommand(state, command);
    return {
      ...reply,
      ...(failure?.writeConcernError ? { writeConcernError: failure.writeConcernError } : {}),
      ok: new Double(1),
    };
  } catch (error) {
    const { message, code, codeName, details } = toCommandError(error);
    return { ok: new Double(0), errmsg: message, code, codeName, ...details };
  }
}

const injectedError = ({ errorCode = 0, errorLabels }: Failure): CommandError =>
  new CommandError(errorCode, 'FailPoint', `Failing command via 'failCommand' failpoint`, errorLabels ? { errorLabels } : {});

function appNameOf(command: Doc): string | undefined {
  const client = fieldOf(command, 'client');
  const application = isDoc(client) ? fieldOf(client, 'application') : undefined;
  const name = isDoc(application) ? fieldOf(application, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}
