import type { SentCodeStore } from '../../../src/contract/store.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import type { BotConfig } from './config.js';

/** The store that all bots of a scenario share. */
export function openStore(store: BotConfig['store']): SentCodeStore {
  if (store.kind === 'json-file') return new JsonFileStore({ path: store.path, lockTimeoutMs: 5000 });
  return new MongoStore({
    uri: store.uri,
    database: store.database,
    operationTimeoutMs: 3000,
    clientOptions: { serverSelectionTimeoutMS: 1000, connectTimeoutMS: 1000 },
  });
}
