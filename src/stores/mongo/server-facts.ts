import type { Identity } from '../../contract/identity.js';
import type { Clock } from '../../domain/clock.js';
import { foundCode } from '../../domain/identity.js';
import { parseId } from './keys.js';
import type { RawCollection, RawConnection } from './raw-connection.js';

/** The most ids of one kind that are shown. */
const MOST_EXAMPLES = 3;

/** What a server says of itself and of a collection. What it does not tell is `undefined`. */
export interface ServerFacts {
  readonly namespace: string;
  /** How long it took to answer, in ms. */
  readonly pingMs: number;
  readonly version: string;
  readonly topology: 'standalone' | 'replica set' | 'sharded';
  /** Number of members with data, and of those that only vote. */
  readonly hosts: number;
  readonly arbiters: number;
  /** By how many ms the server's clock is ahead of this machine's. */
  readonly clockSkewMs: number | undefined;
  /** `undefined` if there is no such collection. */
  readonly collection: CollectionFacts | undefined;
  /** Whether the older bot's one document is in the same database. */
  readonly hasLegacyState: boolean;
}

/** What a server says of a collection. */
export interface CollectionFacts {
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly indexes: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Its key if it is sharded; `undefined` if it is not, or if this user may not know. */
  readonly shardKey: Readonly<Record<string, unknown>> | undefined;
}

/** What the ids of a collection are. */
export interface IdFacts {
  readonly documents: number;
  /** Documents of which no look-up ever asks. */
  readonly strange: number;
  readonly examples: readonly string[];
  /** Guilds with one document for all their codes, as a later version of the older bot kept it. */
  readonly guildDocuments: number;
}

/** Asks the server. Rejects only if it does not answer at all. */
export async function serverFacts(
  raw: RawConnection,
  { database, collection, clock }: { readonly database: string | undefined; readonly collection: string; readonly clock: Clock },
): Promise<ServerFacts> {
  const db = raw.client.db(database);
  const admin = raw.client.db('admin');
  await raw.run('ping', () => admin.command({ ping: 1 }));
  const sentAt = { wall: clock.now(), monotonic: clock.monotonic() };
  const hello = await raw.run('hello', () => admin.command({ hello: 1 }));
  const pingMs = clock.monotonic() - sentAt.monotonic;
  const { version = 'unknown' } = await told<Record<string, unknown>, Record<string, unknown>>(
    () => admin.command({ buildInfo: 1 }),
    {},
  );
  const { localTime, setName, msg, hosts, arbiters } = hello;
  const isRouter = msg === 'isdbgrid';
  return {
    namespace: `${db.databaseName}.${collection}`,
    pingMs,
    version: String(version),
    topology: isRouter ? 'sharded' : setName === undefined ? 'standalone' : 'replica set',
    hosts: Array.isArray(hosts) ? hosts.length : 1,
    arbiters: Array.isArray(arbiters) ? arbiters.length : 0,
    clockSkewMs: localTime instanceof Date ? localTime.getTime() - (sentAt.wall + pingMs / 2) : undefined,
    collection: await collectionFacts(raw, db.databaseName, collection, isRouter),
    hasLegacyState:
      (await told(
        async () => db.collection('giftcode_state').findOne({ _id: 'giftcode_state' }, { projection: { _id: 1 } }),
        null,
      )) !== null,
  };
}

/** Reads every id once. */
export async function idFacts(
  documents: RawCollection,
  identity: Identity,
  onDocument: (count: number) => void,
): Promise<IdFacts> {
  let count = 0;
  let strange = 0;
  const examples: string[] = [];
  for await (const { _id: id } of documents.find({}, { projection: { _id: 1 } })) {
    count += 1;
    onDocument(count);
    if (isFound(id, identity)) continue;
    strange += 1;
    if (examples.length < MOST_EXAMPLES) examples.push(String(id));
  }
  const guildDocuments = await documents.countDocuments({ 'codes.0': { $exists: true } });
  return { documents: count, strange, examples, guildDocuments };
}

function isFound(id: unknown, identity: Identity): boolean {
  if (typeof id !== 'string') return false;
  const { guildId, code } = parseId(id);
  return guildId === '' || code === undefined || foundCode(code, identity) === code;
}

async function collectionFacts(
  raw: RawConnection,
  database: string,
  name: string,
  isRouter: boolean,
): Promise<CollectionFacts | undefined> {
  const db = raw.client.db(database);
  const listed = await raw.run('listCollections', () => db.command({ listCollections: 1, filter: { name } }));
  const [found] = batchOf(listed);
  if (found === undefined) return undefined;
  const [sharding] = isRouter
    ? await told(
        () =>
          raw.client
            .db('config')
            .collection('collections')
            .find({ _id: `${database}.${name}` }, {})
            .toArray(),
        [],
      )
    : [];
  return {
    type: typeof found['type'] === 'string' ? found['type'] : 'collection',
    options: (found['options'] ?? {}) as Record<string, unknown>,
    indexes: await told(async () => batchOf(await db.command({ listIndexes: name })), undefined),
    shardKey: sharding?.['key'] as Record<string, unknown> | undefined,
  };
}

/**
 * An answer, or a stand-in where the server refuses it: some commands need rights that a bot lacks.
 */
async function told<T, U>(ask: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await ask();
  } catch {
    return otherwise;
  }
}

function batchOf({ cursor }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  return (cursor as { readonly firstBatch?: Record<string, unknown>[] } | undefined)?.firstBatch ?? [];
}
