import { FallbackStore, JsonFileStore, MongoStore } from 'sent-code-store';

/** A file; with a database, the database, and the file for the time of its outages. */
export function openStore({ dataFile, mongoUri }) {
  const file = new JsonFileStore({ path: dataFile, logger: console });
  if (mongoUri === undefined) return file;
  return new FallbackStore([new MongoStore({ uri: mongoUri }), file], { logger: console });
}
