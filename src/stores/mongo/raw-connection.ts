import { withinLimit } from '../../core/time-limit.js';
import { clientOptions } from './connection.js';
import { type CommandContext, timeoutError, toStoreError } from './errors.js';
import { loadDriver } from './load-driver.js';
import { redactor } from './redact.js';

/**
 * Connects a client of the driver for what a store does not do: to read other collections, and to
 * ask the server about itself. Errors are those of a store, without secrets.
 */
export async function connectRaw(uri: string, operationTimeoutMs: number): Promise<RawConnection> {
  const redact = redactor(uri, undefined);
  const context = (what: string): CommandContext => ({ storeName: 'MongoDB', operationTimeoutMs, redact, what });
  const run = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await withinLimit(operationTimeoutMs, work(), () => timeoutError(context(what)));
    } catch (error) {
      throw toStoreError(error, context(what));
    }
  };
  const { MongoClient } = await loadDriver('MongoDB');
  return run('connecting', async () => {
    const client = new MongoClient(uri, clientOptions({ uri }, operationTimeoutMs)) as unknown as RawClient;
    try {
      await client.connect();
    } catch (error) {
      await client.close().catch(() => undefined);
      throw error;
    }
    return {
      client,
      run,
      close: async () => {
        await client.close();
      },
    };
  });
}

/** A connected client. */
export interface RawConnection {
  readonly client: RawClient;
  /** Runs commands of the client within the limit, with errors of a store. */
  run<T>(what: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What is used of the driver's client. */
export interface RawClient {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  db(name?: string): RawDatabase;
}

/** What is used of a database. */
export interface RawDatabase {
  readonly databaseName: string;
  command(command: object): Promise<Record<string, unknown>>;
  collection(name: string): RawCollection;
}

/** What is used of a collection. */
export interface RawCollection {
  readonly namespace: string;
  find(
    filter: object,
    options: object,
  ): AsyncIterable<Record<string, unknown>> & { toArray(): Promise<Record<string, unknown>[]>; close(): Promise<unknown> };
  findOne(filter: object, options: object): Promise<unknown>;
  findOneAndUpdate(filter: object, update: object, options: object): Promise<unknown>;
  countDocuments(filter: object): Promise<number>;
  estimatedDocumentCount(): Promise<number>;
}
