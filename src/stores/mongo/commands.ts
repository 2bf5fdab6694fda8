import type { SentCodeStoreError } from '../../contract/errors.js';
import { withinLimit } from '../../core/time-limit.js';
import type { MongoCollectionLike, WriteOperation } from './driver.js';
import { failureOf, isOnlyDuplicates, timeoutError, toStoreError, type CommandContext } from './errors.js';

/** What a find asks for. */
export interface FindRequest {
  readonly filter: object;
  readonly projection: object;
  /** The most documents that can match, or that are wanted: they come in one round trip. */
  readonly atMost: number;
  /** Only the first `atMost`, in the order of ids. */
  readonly page?: boolean;
  /** Only what a majority has, and so will stay. Default: the newest that the primary has. */
  readonly majority?: boolean;
}

/** What a bulk write did. Every operation of it was answered. */
export interface WriteOutcome {
  /** Number of documents removed. */
  readonly removed: number;
  /** Number of documents that an update found, changed or not. */
  readonly matched: number;
  /**
   * What the server says if an upsert met a document that its filter does not match: that one was
   * not done, and is no failure by itself.
   */
  readonly duplicates?: SentCodeStoreError;
}

/** How documents are read, whatever the collection was made with. */
export const READ_OPTIONS = {
  readPreference: 'primary',
  // The newest that the primary has: a mark that is not on a majority yet is a reason not to send,
  // and `majority` would not show it.
  readConcern: { level: 'local' },
  raw: false,
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
} as const;

/** The part of a command's deadline that the server has for the confirmation of a majority. */
const MAJORITY_SHARE = 0.8;

/**
 * Runs the store's commands on its collection: each with the same concerns whatever the collection
 * was made with, within a time limit, and with errors of this package.
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
      // `j`: acknowledged is on disk, on a server without a replica set too. `wtimeoutMS`: the
      // server says that a majority did not confirm while its answer is still waited for; at the
      // deadline itself nobody could tell that from silence.
      writeConcern: { w: 'majority', j: true, wtimeoutMS: Math.ceil(context.operationTimeoutMs * MAJORITY_SHARE) },
    };
  }

  /** Finds documents, in one round trip unless they exceed the size of one answer. */
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
   * Where the connection breaks nobody can say what was done. `repeatable` operations, which change
   * nothing the second time, are sent once more then: only an acknowledgement says that what they
   * did will stay.
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
