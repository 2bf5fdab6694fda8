import { InvalidInputError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { withinLimit } from '../../core/time-limit.js';
import type { Clock } from '../../domain/clock.js';
import { errorText } from '../../domain/error-text.js';
import { READ_OPTIONS } from './commands.js';
import type { MongoCollectionLike } from './driver.js';
import { timeoutError, toStoreError, type CommandContext } from './errors.js';
import { loadDriver } from './load-driver.js';
import { OwnClient, type OwnClientContext } from './own-client.js';
import { DEFAULT_COLLECTION, type MongoStoreOptions, type MongoUriOptions } from './options.js';
import { redactError, redactor, redactUris, type Redact } from './redact.js';
import { StuckMonitor } from './stuck-monitor.js';

/**
 * Longest search for a server in a client of the store's own, in ms. An unreachable database is
 * reported before the deadline.
 */
const SERVER_SELECTION_MS = 5000;
/**
 * Time from the deadline of a command until its silent connection is dropped, in ms. So the caller
 * hears of the deadline first.
 */
const SOCKET_GRACE_MS = 1000;

/** An open collection. */
export interface Connection {
  readonly collection: MongoCollectionLike;
  /** Hides the secrets of the connection. */
  readonly redact: Redact;
  /** What to do about a server that is not found, if the store knows more than the driver. */
  readonly advice?: () => string | undefined;
  /** Closes what was opened for the store, and nothing else. */
  close(): Promise<void>;
}

/** What a connection is opened with. */
export interface ConnectionLimits {
  readonly storeName: string;
  readonly operationTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Opens the collection that the options name. Leaves nothing behind if it fails. */
export async function openConnection(options: MongoStoreOptions, limits: ConnectionLimits): Promise<Connection> {
  if (options.uri !== undefined) return openUri(options, limits);
  const collection =
    options.client !== undefined
      ? options.client.db(options.database).collection(options.collection ?? DEFAULT_COLLECTION)
      : options.collection;
  const context = { ...limits, what: `the first command on ${collection.namespace}`, redact: redactUris };
  await wake(collection, context);
  const monitor = new StuckMonitor(collection.db?.client ?? options.client, limits);
  return { collection, redact: redactUris, advice: () => monitor.advice(), close: async () => monitor.stop() };
}

/**
 * Connects a client again whose first connection failed. A client connects by itself at its first
 * command. If that fails, it answers every later command with "Topology is closed", until somebody
 * calls `connect`. (A client that its owner closed answers something else, and stays closed.)
 */
async function wake(collection: MongoCollectionLike, context: CommandContext): Promise<void> {
  const client = collection.db?.client;
  const probe = async (): Promise<void> => {
    try {
      await collection.find({ _id: ':' }, { ...READ_OPTIONS, limit: 1 }).toArray();
    } catch (error) {
      if (client === undefined || (error as Error).name !== 'MongoTopologyClosedError') throw error;
      await client.connect();
    }
  };
  await guarded(probe(), context);
}

async function openUri(options: MongoUriOptions, limits: ConnectionLimits): Promise<Connection> {
  const redact = redactor(options.uri, options.clientOptions);
  const { MongoClient } = await loadDriver(limits.storeName);
  const make = (): ReturnType<OwnClientContext['make']> => {
    const client = new MongoClient(options.uri, clientOptions(options, limits.operationTimeoutMs));
    return { client, collection: client.db(options.database).collection(options.collection ?? DEFAULT_COLLECTION) };
  };
  let client: OwnClient;
  try {
    client = new OwnClient({ ...limits, redact, make });
  } catch (error) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'uri',
      `${limits.storeName}: the driver does not accept uri or clientOptions: ${redact(errorText(error))}`,
      { cause: redactError(error, redact) },
    );
  }
  await client.connect();
  return { collection: client, redact, close: () => client.close() };
}

/**
 * Options of the store's own client. By default the driver waits 30 s for a server, and for ever
 * for an answer. What the caller sets, in the URI or in `clientOptions`, takes precedence.
 */
export function clientOptions(
  { uri, clientOptions: given = {} }: Pick<MongoUriOptions, 'uri' | 'clientOptions'>,
  operationTimeoutMs: number,
): Record<string, unknown> {
  const own = {
    serverSelectionTimeoutMS: Math.min(SERVER_SELECTION_MS, Math.ceil(operationTimeoutMs / 2)),
    socketTimeoutMS: operationTimeoutMs + SOCKET_GRACE_MS,
  };
  const query = uri.slice(uri.indexOf('?') + 1).toLowerCase();
  const unsaid = Object.entries(own).filter(([name]) => !query.includes(`${name.toLowerCase()}=`));
  return { ...Object.fromEntries(unsaid), ...given };
}

async function guarded<T>(work: Promise<T>, context: CommandContext): Promise<T> {
  try {
    return await withinLimit(context.operationTimeoutMs, work, () => timeoutError(context));
  } catch (error) {
    throw toStoreError(error, context);
  }
}
