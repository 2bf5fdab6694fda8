import type { SentCodeStoreError } from '../../contract/errors.js';
import { withinLimit } from '../../core/time-limit.js';
import type { MongoCollectionLike, WriteOperation } from './driver.js';
import { failureOf, isOnlyDuplicates, timeoutError, toStoreError, type CommandContext } from './errors.js';

/** What a find asks for. */
export interface FindRequest {
  readonly filter: object;
  readonly projection: object;
  /** The most documents that can match or are wanted. They come in one round trip. */
  readonly atMost: number;
  /** Only the first `atMost`, in the order of ids. */
  readonly page?: boolean;
  /** Only data that a majority has, so it will stay. Default: the newest data of the primary. */
  readonly majority?: boolean;
}

/** The outcome of a bulk write. Every operation was answered. */
export interface WriteOutcome {
  /** Number of documents removed. */
  readonly removed: number;
  /** Number of documents that an update found, changed or not. */
  readonly matched: number;
  /**
   * The server's error if an upsert met a document that its filter does not match. That upsert
   * changed nothing, which alone is no failure.
   */
  readonly duplicates?: SentCodeStoreError;
}

/** How documents are read, whatever the settings of the collection are. */
export const READ_OPTIONS = {
  readPreference: 'primary',
  // The newest data of the primary: a mark that a majority does not have yet is a reason not to
  // send, and `majority` would not show it.
  readConcern: { level: 'local' },
  raw: false,
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
} as const;

/** The share of a command's deadline that the server has to get the confirmation of a majority. */
const MAJORITY_SHARE = 0.8;

/**
 * Runs the store's commands on its collection: with the same concerns whatever the settings of the
 * collection are, within a time limit, and with errors of this package.
 */
export class Commands {
  readonly #collection: MongoCollectionLike;
  readonly #context: Omit<CommandContext, 'what'>;
  readonly #writeOptions: object;

  constructor(collection: MongoCollectionLike, context: Omit<CommandContext, 'what'>) {
    this.#collection = collection;
    this.#context = context;
    this.#writeOptions = {
      ordered: false,
      // `j`: acknowledged means on disk, also without a replica set. `wtimeoutMS` is below the
      // deadline, so the answer "not confirmed" still arrives in time. At the deadline it would
      // look like silence.
      writeConcern: { w: 'majority', j: true, wtimeoutMS: Math.ceil(context.operationTimeoutMs * MAJORITY_SHARE) },
    };
  }

  /** Finds documents, in one round trip unless they are too large for one answer. */
  async find({ filter, projection, atMost, page = false, majority = false }: FindRequest): Promise<Record<string, unknown>[]> {
    const options = {
      projection,
      // One more than can come, so that the answer says that it is complete.
      batchSize: atMost + 1,
      ...(page && { sort: { _id: 1 }, limit: atMost }),
      ...READ_OPTIONS,
      ...(majority && { readConcern: { level: 'majority' } }),
    };
    const context = this.#contextOf('find');
    try {
      return (await this.#limited(this.#collection.find(filter, options).toArray(), context)) as Record<string, unknown>[];
    } catch (error) {
      throw toStoreError(error, context);
    }
  }

  /**
   * Runs write operations, in one round trip for each kind.
   *
   * If the connection breaks, it is not known what was done. `repeatable` operations change nothing
   * the second time, so they are sent once more: only an acknowledgement says that their effect
   * will stay.
   */
  async write(operations: readonly WriteOperation[], { repeatable }: { readonly repeatable: boolean }): Promise<WriteOutcome> {
    const context = this.#contextOf('write');
    try {
      return await this.#writeOnce(operations, context).catch((error: unknown) => {
        if (repeatable && failureOf(error) === 'broken') return this.#writeOnce(operations, context);
        throw error;
      });
    } catch (error) {
      throw toStoreError(error, context);
    }
  }

  async #writeOnce(operations: readonly WriteOperation[], context: CommandContext): Promise<WriteOutcome> {
    try {
      const { deletedCount, matchedCount } = await this.#limited(
        this.#collection.bulkWrite(operations, this.#writeOptions),
        context,
      );
      return { removed: deletedCount, matched: matchedCount };
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
      return { removed: 0, matched: 0, duplicates: toStoreError(error, context) };
    }
  }

  #limited<T>(command: Promise<T>, context: CommandContext): Promise<T> {
    return withinLimit(context.operationTimeoutMs, command, () => timeoutError(context));
  }

  #contextOf(command: string): CommandContext {
    return { ...this.#context, what: `${command} on ${this.#collection.namespace}` };
  }
}
