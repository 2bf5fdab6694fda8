import type { MigrationProgress } from '../migration/report.js';
import type { LegacyGuildDocument, MigrationSource } from '../migration/source.js';
import { GLOBAL, parseLegacyState } from '../stores/legacy/state.js';
import { legacyStateCollection } from '../stores/legacy/state-collection.js';
import { legacyStateFile } from '../stores/legacy/state-file.js';
import { MongoStore } from '../stores/mongo/mongo-store.js';
import { connectRaw } from '../stores/mongo/raw-connection.js';
import type { Context } from './command.js';
import { type MongoLocation, parseLocation } from './location.js';
import { storeOptions, timeoutOf } from './open-store.js';
import { UsageError } from './usage-error.js';

/** The kinds of an older bot's state. */
export const SOURCE_KINDS = ['file', 'document', 'guilds', 'collection'] as const;

/** Where a migration comes from. */
export interface OpenMigrationSource {
  readonly from: MigrationSource;
  /** What the target calls it; default: what the migration calls it. */
  readonly name?: string;
  /** How much there is to do, and how much of it is done. */
  readonly total: number;
  readonly noun: string;
  readonly doneOf: (progress: MigrationProgress) => number;
  close(): Promise<void>;
}

/** Opens the older bot's state. */
export async function openMigrationSource(context: Context, kind: string, where: string): Promise<OpenMigrationSource> {
  if (kind === 'file') return stateSource(legacyStateFile(where), async () => undefined);
  if (kind !== 'document' && kind !== 'guilds' && kind !== 'collection') {
    throw new UsageError(`What is ${JSON.stringify(kind)}? Pass one of ${SOURCE_KINDS.join(', ')}, then the path or the URI.`);
  }
  const { flags } = context;
  const named = flags.text('fromCollection') ?? (kind === 'document' ? 'giftcode_state' : undefined);
  if (kind === 'guilds' && named === undefined)
    throw new UsageError('In which collection are the documents of guilds? Pass --from-collection.');
  const location = parseLocation(where, { database: flags.text('fromDatabase'), collection: named });
  if (location.kind === 'file') throw new UsageError(`${kind} is in MongoDB. Pass its URI.`);
  return kind === 'collection' ? collectionSource(context, location) : documentsSource(context, kind, location);
}

async function documentsSource(
  context: Context,
  kind: 'document' | 'guilds',
  location: MongoLocation,
): Promise<OpenMigrationSource> {
  const raw = await connectRaw(location.uri, timeoutOf(context));
  const collection = raw.client.db(location.database).collection(location.collection);
  const close = (): Promise<void> => raw.close();
  try {
    if (kind === 'document')
      return await raw.run(`find on ${collection.namespace}`, () => stateSource(legacyStateCollection(collection), close));
    const filter = { codes: { $type: 'array' } };
    return {
      from: collection.find(filter, {}) as unknown as AsyncIterable<LegacyGuildDocument>,
      name: `documents of guilds in ${collection.namespace}`.slice(0, 100),
      total: await raw.run(`count on ${collection.namespace}`, () => collection.countDocuments(filter)),
      noun: 'guilds',
      doneOf: ({ guilds }) => guilds,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function collectionSource(context: Context, location: MongoLocation): Promise<OpenMigrationSource> {
  const { uri, database, collection } = location;
  const raw = await connectRaw(uri, timeoutOf(context));
  let total: number;
  let name: string;
  try {
    const documents = raw.client.db(database).collection(collection);
    name = `collection ${documents.namespace}`.slice(0, 100);
    total = await raw.run(`count on ${documents.namespace}`, () => documents.estimatedDocumentCount());
  } finally {
    await raw.close();
  }
  const from = new MongoStore({ ...storeOptions(context), uri, collection, name, ...(database !== undefined && { database }) });
  return { from, name, total, noun: 'codes', doneOf: ({ found }) => found, close: () => from.close() };
}

async function stateSource(
  from: MigrationSource & { getState(): Promise<unknown> },
  close: () => Promise<void>,
): Promise<OpenMigrationSource> {
  const { sent, channels } = parseLegacyState(await from.getState());
  const guilds = new Set([...sent.keys(), ...channels].filter((list) => list !== GLOBAL));
  const listed = [...sent].reduce((sum, [list, codes]) => sum + (list === GLOBAL ? guilds.size : 1) * codes.length, 0);
  return { from, total: listed, noun: 'codes', doneOf: ({ found }) => found, close };
}
