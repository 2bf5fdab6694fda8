import { SentCodeStoreError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { withinLimit } from '../../core/time-limit.js';
import { errorText } from '../../domain/error-text.js';
import { READ_OPTIONS } from './commands.js';
import type { MongoBulkResultLike, MongoCollectionLike, MongoCursorLike, OwnMongoClient } from './driver.js';
import { type CommandContext, failureOf, timeoutError, toStoreError } from './errors.js';

/**
 * Longest wait for a client to close, in ms. With a silent server the driver would wait longer, for
 * nothing that is needed.
 */
const LET_GO_MS = 1000;
/**
 * Longest wait for the current client once a new one has its answer, in ms. In an outage that is
 * just over the driver looks for the server every half second.
 */
const ANSWER_TOO_MS = 1000;

/** A client, and the number of commands under way on it. */
interface OwnConnection {
  readonly client: OwnMongoClient;
  readonly collection: MongoCollectionLike;
  underWay: number;
}

/** How a client of the store's own is made, and what its error texts say. */
export interface OwnClientContext extends Omit<CommandContext, 'what' | 'advice'> {
  readonly logger: Logger;
  /** Makes a client that is not connected yet, and its collection. */
  make(): { readonly client: OwnMongoClient; readonly collection: MongoCollectionLike };
}

/**
 * A collection of the store's own client. A dead client is replaced: after the other side ended its
 * connections, a driver can wait for ever for a server that is there. (Drivers 6 and 7 write to a
 * socket that is destroyed already, and wait for it to drain.)
 *
 * A command that finds no server starts a check: the current client and a new one are asked at the
 * same time:
 *
 * ```text
 * command 1 on client 1: finds no server             (its caller is told)
 * look: asks client 1    … no answer                 asks client 2: answers     a second later client 2 takes over
 * command 2 on client 1: under way since before, ends there; then client 1 is closed
 * command 3 on client 2
 * ```
 *
 * In an outage client 2 finds no server either, and is closed. In an outage that is just over both
 * answer, and client 1 stays.
 */
export class OwnClient implements MongoCollectionLike {
  readonly #context: OwnClientContext;
  #current: OwnConnection;
  /** A new client, made to see whether it gets further than the current one. */
  #trial: OwnConnection | undefined;
  #isClosed = false;

  constructor(context: OwnClientContext) {
    this.#context = context;
    this.#current = this.#make();
  }

  get namespace(): string {
    return this.#current.collection.namespace;
  }

  /** Connects. Leaves nothing behind if that fails. */
  async connect(): Promise<void> {
    try {
      await this.#limited(this.#current.client.connect(), 'connecting');
    } catch (error) {
      // The caller gets the first error. An error of the clean-up would hide it.
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  find(filter: object, options: object): MongoCursorLike {
    return { toArray: () => this.#run(({ collection }) => collection.find(filter, options).toArray()) };
  }

  bulkWrite(operations: readonly object[], options: object): Promise<MongoBulkResultLike> {
    return this.#run(({ collection }) => collection.bulkWrite(operations, options));
  }

  /** Closes all clients, without a long wait for a silent server. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = this.#trial === undefined ? [this.#current] : [this.#current, this.#trial];
    await Promise.all(all.map((connection) => this.#letGo(connection)));
  }

  /** A function, because the answer changes during a wait. */
  #wasClosed(): boolean {
    return this.#isClosed;
  }

  #make(): OwnConnection {
    return { ...this.#context.make(), underWay: 0 };
  }

  async #run<T>(command: (connection: OwnConnection) => Promise<T>): Promise<T> {
    const connection = this.#current;
    connection.underWay += 1;
    try {
      return await command(connection);
    } catch (error) {
      if (failureOf(error) === 'unreachable') void this.#replaceIfDead(connection);
      throw error;
    } finally {
      connection.underWay -= 1;
      this.#closeIfOver(connection);
    }
  }

  /** Replaces a dead client. Never rejects: the commands report what is wrong. */
  async #replaceIfDead(suspect: OwnConnection): Promise<void> {
    if (this.#isClosed || this.#trial !== undefined || suspect !== this.#current) return;
    const trial = this.#make();
    this.#trial = trial;
    const before = this.#answers(suspect);
    const isBetter = (await this.#answers(trial)) && !(await within(ANSWER_TOO_MS, before));
    this.#trial = undefined;
    if (this.#wasClosed()) return;
    if (!isBetter) {
      this.#closeIfOver(trial);
      return;
    }
    this.#current = trial;
    const { logger, storeName } = this.#context;
    logger.warn(
      `${storeName}: the driver's client finds no server although a new client reaches it. The new client takes its place. ` +
        'Nothing is to be done; calls that failed may be repeated.',
    );
    this.#closeIfOver(suspect);
  }

  async #answers({ collection }: OwnConnection): Promise<boolean> {
    const answer = collection.find({ _id: ':' }, { ...READ_OPTIONS, limit: 1 }).toArray();
    return this.#limited(answer, 'a sign of life').then(
      () => true,
      () => false,
    );
  }

  #closeIfOver(connection: OwnConnection): void {
    if (connection === this.#current || connection === this.#trial || connection.underWay > 0 || this.#isClosed) return;
    this.#letGo(connection).catch((error: unknown) => {
      const { logger, storeName } = this.#context;
      logger.warn(`${storeName}: a client that is not used any more could not be closed: ${errorText(error)}`);
    });
  }

  async #letGo({ client }: OwnConnection): Promise<void> {
    const { logger, storeName, operationTimeoutMs } = this.#context;
    try {
      await this.#limited(client.close(), 'closing the connection', Math.min(LET_GO_MS, operationTimeoutMs));
    } catch (error) {
      if (!(error instanceof SentCodeStoreError) || error.code !== 'STORE_TIMEOUT') throw error;
      logger.warn(`${storeName}: the server does not answer, so the connection is let go without a farewell.`);
    }
  }

  async #limited<T>(work: Promise<T>, what: string, operationTimeoutMs = this.#context.operationTimeoutMs): Promise<T> {
    const context = { ...this.#context, what, operationTimeoutMs };
    try {
      return await withinLimit(operationTimeoutMs, work, () => timeoutError(context));
    } catch (error) {
      throw toStoreError(error, context);
    }
  }
}

/** What work resolves to, or `false` after `limitMs`. */
function within(limitMs: number, work: Promise<boolean>): Promise<boolean> {
  return withinLimit(limitMs, work, () => new Error('late')).catch(() => false);
}
