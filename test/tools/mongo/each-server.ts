import { MongoClient, type Db } from 'mongodb';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { connect, freshDatabase, mongoUri } from './connect.js';
import { startMongoServer, type MongoServer } from './server/server.js';

/** A server under test, running while its tests run. */
export interface TargetServer {
  readonly name: string;
  readonly isInProcess: boolean;
  readonly uri: () => string;
  /** A database of its own for each call, dropped afterwards. */
  readonly database: () => Promise<Db>;
}

/**
 * Declares the same tests for the in-process server and, if the run has another one, for that too: what holds for both is what the suite may
 * rely on.
 */
export function describeEachServer(promise: string, define: (target: TargetServer) => void): void {
  describe(`${promise} (in-process server)`, () => {
    let server: MongoServer;
    let client: MongoClient;
    let databases = 0;
    beforeAll(async () => {
      server = await startMongoServer();
      client = await new MongoClient(server.uri, { monitorCommands: true }).connect();
    });
    afterAll(async () => {
      await client.close();
      await server.close();
    });
    define({
      name: 'in-process',
      isInProcess: true,
      uri: () => server.uri,
      database: async () => client.db(`database_${databases++}`),
    });
  });

  const { kind } = inject('mongo');
  if (kind === 'in-process') return;
  describe(`${promise} (${kind} of this run)`, () => {
    define({ name: kind, isInProcess: false, uri: mongoUri, database: async () => (await connect()).db(freshDatabase()) });
  });
}
