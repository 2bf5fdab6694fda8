import { InvalidInputError } from '../../contract/errors.js';
import { withinLimit } from '../../core/time-limit.js';
import { errorText } from '../../domain/error-text.js';
import { READ_OPTIONS } from './commands.js';
import type { MongoCollectionLike, OwnMongoClient } from './driver.js';
import { timeoutError, toStoreError, type CommandContext } from './errors.js';
import { loadDriver } from './load-driver.js';
import { DEFAULT_COLLECTION, type MongoStoreOptions, type MongoUriOptions } from './options.js';
import { redactError, redactor, redactUris, type Redact } from './redact.js';

/** The most time that the search for a server gets in a client of the store's own, in ms: an unreachable database is said before the deadline. */
const SERVER_SELECTION_MS = 5000;
/** After the deadline of a command, in ms, so that the deadline is what the caller hears; then the silent connection is dropped. */
const SOCKET_GRACE_MS = 1000;

/** An open collection. */
export interface Connection {
  readonly collection: MongoCollectionLike;
  /** Hides what is secret about the connection. */
  readonly redact: Redact;
  /** Lets go of what was opened for the store, and of nothing else. */
  close(): Promise<void>;
}

/** Opens the collection that the options name. Leaves nothing behind if it fails. */
export async function openConnection(
  options: MongoStoreOptions,
  limits: { readonly storeName: string; readonly operationTimeoutMs: number },
): Promise<Connection> {
  if (options.uri !== undefined) return openUri(options, limits);
  const collection =
    options.client !== undefined
      ? options.client.db(options.database).collection(options.collection ?? DEFAULT_COLLECTION)
      : options.collection;
  const context = { ...limits, what: `the first command on ${collection.namespace}`, redact: redactUris };
  await wake(collection, context);
  return { collection, redact: redactUris, close: () => Promise.resolve() };
}

/**
 * A client connects by itself at its first command. If that fails, it answers every later command with "Topology is closed", until somebody
 * calls `connect`. (A client that its owner closed answers something else, and is left closed.)
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

async function openUri(
  options: MongoUriOptions,
  limits: { readonly storeName: string; readonly operationTimeoutMs: number },
): Promise<Connection> {
  const redact = redactor(options.uri, options.clientOptions);
  const context: CommandContext = { ...limits, what: 'connecting', redact };
  const { MongoClient } = await loadDriver(limits.storeName);
  let client: OwnMongoClient;
  try {
    client = new MongoClient(options.uri, clientOptions(options, limits.operationTimeoutMs));
  } catch (error) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'uri',
      `${limits.storeName}: the driver does not accept uri or clientOptions: ${redact(errorText(error))}`,
      { cause: redactError(error, redact) },
    );
  }
  const close = async (): Promise<void> => {
    await guarded(client.close(), { ...context, what: 'closing the connection' });
  };
  try {
    await guarded(client.connect(), context);
  } catch (error) {
    // What failed is told; that its remains could not be cleared away in time would hide it.
    await close().catch(() => undefined);
    throw error;
  }
  const collection = client.db(options.database).collection(options.collection ?? DEFAULT_COLLECTION);
  return { collection, redact, close };
}

/** By itself the driver waits 30 s for a server, and for ever for an answer. What the caller says, in the URI or beside it, stands. */
function clientOptions({ uri, clientOptions: given = {} }: MongoUriOptions, operationTimeoutMs: number): Record<string, unknown> {
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
