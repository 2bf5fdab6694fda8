/**
 * The few methods of the MongoDB driver that the store uses, described here so that the types of
 * this package need no driver. Collections and clients of the package `mongodb`, versions 6 and 7,
 * fit.
 */

/** The cursor that `find` returns. */
export interface MongoCursorLike {
  /** All documents. */
  toArray(): Promise<unknown[]>;
}

/** The result of a bulk write. */
export interface MongoBulkResultLike {
  /** Number of documents that were removed. */
  readonly deletedCount: number;
  /** Number of documents that updates found, changed or not. */
  readonly matchedCount: number;
}

/** A collection of the driver. */
export interface MongoCollectionLike {
  /** `database.collection`, for error texts. */
  readonly namespace: string;
  /**
   * The database of the collection. Its client is used to connect again after a first connection
   * that failed.
   */
  readonly db?: { readonly client?: { connect(): Promise<unknown> } };
  /** Finds documents. */
  find(filter: object, options: object): MongoCursorLike;
  /** Runs a list of write operations. */
  bulkWrite(operations: readonly object[], options: object): Promise<MongoBulkResultLike>;
}

/** A client of the driver. */
export interface MongoClientLike {
  /** A database. Default: the one that the client's URI names. */
  db(name?: string): { collection(name: string): MongoCollectionLike };
}

/** A client that the store makes, connects and closes itself. */
export interface OwnMongoClient extends MongoClientLike {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** The package `mongodb`. */
export interface MongoDriver {
  readonly MongoClient: new (uri: string, options: Record<string, unknown>) => OwnMongoClient;
}

/** An operation of a bulk write, of the kinds that the store uses. */
export type WriteOperation =
  | { readonly insertOne: { readonly document: object } }
  | { readonly updateOne: { readonly filter: object; readonly update: object; readonly upsert?: boolean } }
  | { readonly deleteOne: { readonly filter: object } };
