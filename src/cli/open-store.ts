import { SentCodeStoreError } from '../contract/errors.js';
import type { Logger } from '../contract/logger.js';
import { AbstractSentCodeStore } from '../core/abstract-store.js';
import type { StorePrimitives } from '../core/driver.js';
import type { StoreOptions } from '../core/options.js';
import { primitivesOf } from '../core/primitives-of.js';
import { FallbackStore } from '../stores/fallback/fallback-store.js';
import { JsonFileStore } from '../stores/json-file/json-file-store.js';
import { MongoStore } from '../stores/mongo/mongo-store.js';
import { connectRaw } from '../stores/mongo/raw-connection.js';
import { BothStores } from './both-stores.js';
import type { Context } from './command.js';
import { identityOf, type MongoLocation, showLocation, storeLocation } from './location.js';
import { paint } from './text/colours.js';

/** An open store, and what it is built of. */
export interface OpenStore {
  readonly store: AbstractSentCodeStore;
  readonly primitives: StorePrimitives;
}

/**
 * Opens the store that the call names, runs the work on it, and closes it. For reading, a file is
 * read beside the bot that writes it. For writing, a file is locked, and a file that stands in for
 * a database must be free too.
 */
export async function withStore<T>(context: Context, mode: 'read' | 'write', work: (open: OpenStore) => Promise<T>): Promise<T> {
  const store = await makeStore(context, mode);
  try {
    await store.ping();
    if (store instanceof FallbackStore) requireMirror(store);
    return await work({ store, primitives: own(store) });
  } finally {
    await store.close();
  }
}

/** The options that every store of a call has. */
export function storeOptions(context: Context): StoreOptions {
  const { clock, randomId } = context;
  return { identity: identityOf(context), logger: storeLogger(context), clock, randomId };
}

/** Warnings of a store go to stderr; what it has to tell beside that is left out. */
export function storeLogger({ terminal }: Pick<Context, 'terminal'>): Logger {
  const line = (text: string): void => terminal.warn(`${paint(terminal, 'yellow', 'warning:')} ${text}\n`);
  return { info: () => undefined, warn: line, error: line };
}

/** How long a command of the database may take, in ms. */
export function timeoutOf({ flags }: Pick<Context, 'flags'>): number {
  return flags.number('timeout') ?? 10_000;
}

/** The store of a collection. */
export function mongoStore(context: Context, { uri, database, collection }: MongoLocation): MongoStore {
  const timestamps = context.flags.word('timestamps', ['date', 'iso']);
  return new MongoStore({
    ...storeOptions(context),
    uri,
    collection,
    operationTimeoutMs: timeoutOf(context),
    ...(database !== undefined && { database }),
    ...(timestamps && { timestamps }),
  });
}

/** The store of a file. */
export function fileStore(context: Context, path: string, mode: 'read' | 'write'): JsonFileStore {
  const options = { ...storeOptions(context), path };
  if (mode === 'read') return new JsonFileStore({ ...options, readOnly: true });
  const create = context.flags.has('create') ? 'if-missing' : 'never';
  return new JsonFileStore({ ...options, create, lockTimeoutMs: context.flags.number('wait') ?? 0 });
}

async function makeStore(context: Context, mode: 'read' | 'write'): Promise<AbstractSentCodeStore> {
  const location = storeLocation(context);
  if (location.kind === 'file') return fileStore(context, location.path, mode);
  if (mode === 'read' || !context.flags.has('create')) await requireDocuments(context, location);
  const first = mongoStore(context, location);
  if (location.fallback === undefined) return first;
  const beside = fileStore(context, location.fallback, mode);
  if (mode === 'read') return new BothStores([first, beside], [own(first), own(beside)], storeOptions(context));
  const { clock, randomId, logger } = storeOptions(context);
  const settings = { operationTimeoutMs: timeoutOf(context), ...(clock && { clock }), ...(randomId && { randomId }) };
  return new FallbackStore([first, beside], { ...settings, ...(logger && { logger }) });
}

/**
 * `STORE_NOT_FOUND` for a collection without documents: with a wrong name of a database every code
 * would be unsent.
 */
async function requireDocuments(context: Context, location: MongoLocation): Promise<void> {
  const { uri, database, collection } = location;
  const raw = await connectRaw(uri, timeoutOf(context));
  try {
    const documents = raw.client.db(database).collection(collection);
    const found = await raw.run(`find on ${documents.namespace}`, () =>
      documents.find({}, { projection: { _id: 1 }, limit: 1 }).toArray(),
    );
    if (found.length > 0) return;
    throw new SentCodeStoreError(
      'STORE_NOT_FOUND',
      `There is nothing in ${showLocation(location)}. Check the names of database and collection, or pass --create for a new store.`,
    );
  } finally {
    await raw.close();
  }
}

/**
 * A chain goes on without its file. Here that file is somebody else's to write, or damaged: a write
 * that passes it by would have to be told to it later.
 */
function requireMirror(store: FallbackStore): void {
  const away = store.status().stores.find(({ role, up }) => role === 'mirror' && !up);
  if (away !== undefined) throw away.error;
}

function own(store: AbstractSentCodeStore): StorePrimitives {
  const primitives = primitivesOf(store);
  if (primitives === undefined) throw new TypeError(`${store.name} has no primitives of its own.`);
  return primitives;
}
