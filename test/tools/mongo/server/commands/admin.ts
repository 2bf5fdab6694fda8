import { CommandError, unsupported } from '../errors.js';
import { matcher } from '../evaluate.js';
import { keyOf, type Doc } from '../values.js';
import { collectionName, docField, docsField, numberField, type Call, type Command } from './command.js';

/** The wire version of MongoDB 7.0. */
const WIRE_VERSION = 21;
const VERSION = [7, 0, 0, 0];

/** A standalone server: no replica set name, so no retryable writes, sessions of causal consistency or transactions. */
const hello = (primaryField: 'isWritablePrimary' | 'ismaster'): Command => ({
  options: [
    'helloOk',
    'client',
    'compression',
    'topologyVersion',
    'maxAwaitTimeMS',
    'saslSupportedMechs',
    'speculativeAuthenticate',
    'backpressure',
  ],
  run: ({ now }) => ({
    [primaryField]: true,
    helloOk: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: now,
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
  }),
});

const nothing = (...options: string[]): Command => ({ options, run: () => ({}) });

const buildInfo: Command = {
  options: [],
  run: () => ({
    version: '7.0.0',
    versionArray: VERSION,
    gitVersion: 'in-process',
    modules: [],
    bits: 64,
    maxBsonObjectSize: 16_777_216,
  }),
};

const configureFailPoint: Command = {
  options: ['mode', 'data'],
  run({ state, body }) {
    state.failPoint.configure(body['configureFailPoint'], body['mode'], body['data']);
    return {};
  },
};

/** A complete list as a cursor's only batch. */
const list = (call: Call, namespace: string, documents: Doc[], batchSize?: number): Doc =>
  call.state.cursors.first(namespace, documents, batchSize ?? Infinity);

const listCollections: Command = {
  options: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run(call) {
    const collections = call.state.storage.collections(call.database).map((name): Doc => {
      const description = { name, type: 'collection' };
      return call.body['nameOnly'] === true ? description : { ...description, options: {}, info: { readOnly: false } };
    });
    const matches = matcher(docField(call.body, 'filter'), call.now);
    const batchSize = numberField(docField(call.body, 'cursor'), 'batchSize');
    return list(call, `${call.database}.$cmd.listCollections`, collections.filter(matches), batchSize);
  },
};

const create: Command = {
  options: ['collation'],
  run(call) {
    const { locale } = docField(call.body, 'collation');
    const isBytewise = typeof locale !== 'string' || locale === 'simple';
    call.state.storage.open(call.database, collectionName(call, 'create'), isBytewise ? undefined : locale);
    return {};
  },
};

const drop: Command = {
  options: [],
  run(call) {
    const name = collectionName(call, 'drop');
    if (!call.state.storage.drop(call.database, name)) throw new CommandError(26, 'NamespaceNotFound', 'ns not found');
    return { ns: `${call.database}.${name}` };
  },
};

const dropDatabase: Command = {
  options: [],
  run({ state, database }) {
    state.storage.dropDatabase(database);
    return { dropped: database };
  },
};

const listDatabases: Command = {
  options: ['filter', 'nameOnly', 'authorizedDatabases'],
  run({ state, body, now }) {
    const databases = state.storage.databases().map((name): Doc => ({ name, sizeOnDisk: 0n, empty: false }));
    return { databases: databases.filter(matcher(docField(body, 'filter'), now)), totalSize: 0n };
  },
};

const INDEX_OPTIONS = new Set(['v', 'key', 'name', 'background', 'sparse', 'partialFilterExpression']);

const createIndexes: Command = {
  options: ['indexes', 'commitQuorum'],
  run(call) {
    const name = collectionName(call, 'createIndexes');
    const existed = call.state.storage.find(call.database, name) !== undefined;
    const { indexes } = call.state.storage.open(call.database, name);
    const numIndexesBefore = indexes.size;
    for (const index of docsField(call.body, 'indexes')) {
      const option = Object.keys(index).find((key) => !INDEX_OPTIONS.has(key));
      if (option) throw unsupported(`the index option '${option}'`);
      const indexName = String(index['name']);
      const existing = indexes.get(indexName);
      if (existing && keyOf(existing['key']) !== keyOf(index['key'])) {
        throw new CommandError(
          86,
          'IndexKeySpecsConflict',
          `An existing index has the same name as the requested index: ${indexName}`,
        );
      }
      indexes.set(indexName, { v: 2, ...index });
    }
    return { numIndexesBefore, numIndexesAfter: indexes.size, createdCollectionAutomatically: !existed };
  },
};

const listIndexes: Command = {
  options: ['cursor'],
  run(call) {
    const name = collectionName(call, 'listIndexes');
    const collection = call.state.storage.find(call.database, name);
    if (!collection) throw new CommandError(26, 'NamespaceNotFound', `ns does not exist: ${call.database}.${name}`);
    return list(call, collection.namespace, [...collection.indexes.values()]);
  },
};

export const admin = {
  hello: hello('isWritablePrimary'),
  isMaster: hello('ismaster'),
  ping: nothing(),
  endSessions: nothing(),
  buildInfo,
  configureFailPoint,
  listCollections,
  create,
  drop,
  dropDatabase,
  listDatabases,
  createIndexes,
  listIndexes,
};
