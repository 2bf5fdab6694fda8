import type { z } from 'zod';
import { InvalidInputError } from '../../contract/errors.js';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { hasMethods, optionSchema, textSchema, wholeNumberSchema, wordSchema } from '../../core/option-schemas.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import type { MongoClientLike, MongoCollectionLike } from './driver.js';
import { redactWholeUris } from './redact.js';
import type { TimestampFormat } from '../../domain/timestamps.js';

/** The default name of the collection. */
export const DEFAULT_COLLECTION = 'sent_giftcodes';

/** Options that every {@link MongoStore} takes. */
export interface MongoStoreSettings extends StoreOptions {
  /**
   * How times are written: as BSON dates (`date`), or as ISO strings in UTC without a zone, like
   * Python bots (`iso`). Both are read. Default: `date`.
   */
  readonly timestamps?: TimestampFormat;
  /**
   * Deadline of one command; then `STORE_TIMEOUT`. Default: 10 000 ms. A call to the store is one
   * to three commands for each 1 000 codes, and a few more if another writer comes in between.
   */
  readonly operationTimeoutMs?: number;
}

/** Options of a store on a collection of the bot's own client, which the store does not close. */
export interface MongoCollectionOptions extends MongoStoreSettings {
  /** A collection of the driver `mongodb`, version 6 or 7. */
  readonly collection: MongoCollectionLike;
  readonly client?: never;
  readonly uri?: never;
  readonly database?: never;
  readonly clientOptions?: never;
}

/** Options of a store on the bot's own client, which the store does not close. */
export interface MongoClientOptions extends MongoStoreSettings {
  /** A client of the driver `mongodb`, version 6 or 7. */
  readonly client: MongoClientLike;
  readonly uri?: never;
  readonly clientOptions?: never;
  /** The database. Default: the one that the client's URI names. */
  readonly database?: string;
  /** The collection. Default: `sent_giftcodes`. */
  readonly collection?: string;
}

/**
 * Options of a store that makes its own client with the installed package `mongodb`, and closes it.
 */
export interface MongoUriOptions extends MongoStoreSettings {
  /** `mongodb://` or `mongodb+srv://`. */
  readonly uri: string;
  readonly client?: never;
  /** The database. Default: the one that the URI names. */
  readonly database?: string;
  /** The collection. Default: `sent_giftcodes`. */
  readonly collection?: string;
  /**
   * Options for the driver's client, such as `auth` or `tls`. They override those that the store
   * sets.
   */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
}

/** Options of a {@link MongoStore}: where the collection comes from, and how it is used. */
export type MongoStoreOptions = MongoCollectionOptions | MongoClientOptions | MongoUriOptions;

const mongoOptionsSchema = lazySchema(() =>
  storeOptionsSchema().extend({
    collection: optionSchema<MongoCollectionLike | string>(
      (value) => (typeof value === 'string' && value !== '') || hasMethods(value, ['find', 'bulkWrite']),
      'a collection of the driver; or, with client or uri, the name of one',
    ).optional(),
    client: optionSchema<MongoClientLike>((value) => hasMethods(value, ['db']), 'a MongoClient of the driver').optional(),
    uri: optionSchema<string>(
      (value) => typeof value === 'string' && /^mongodb(?:\+srv)?:\/\//.test(value),
      'a URI that begins with mongodb:// or mongodb+srv://',
    ).optional(),
    database: textSchema().optional(),
    clientOptions: optionSchema<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null,
      'an object with options of the driver',
    ).optional(),
    timestamps: wordSchema('date', 'iso').optional(),
    operationTimeoutMs: wholeNumberSchema('ms', 1, 86_400_000).optional(),
  }),
);

/**
 * Checks the options of a {@link MongoStore}. The text of `INVALID_OPTION` never shows the content
 * of a URI.
 */
export function checkMongoOptions(options: MongoStoreOptions): MongoStoreOptions {
  checkSource(checkOptions(mongoOptionsSchema, options, 'MongoStore', redactWholeUris));
  return options;
}

/** Checks what the types say too, for callers without types. */
function checkSource(options: z.infer<ReturnType<typeof mongoOptionsSchema>>): void {
  const { collection, client, uri } = options;
  const given = [typeof collection === 'object' && 'collection', client && 'client', uri !== undefined && 'uri'].filter(
    (name) => typeof name === 'string',
  );
  if (given.length !== 1) {
    throw invalid(
      given[1] ?? (collection === undefined ? 'uri' : 'collection'),
      given.length === 0
        ? 'it needs one of: collection (of the driver), client, uri.'
        : `${given.join(' and ')} are given. Pass one of them: each says by itself where the codes are.`,
    );
  }
  for (const name of ['database', 'clientOptions'] as const) {
    if (options[name] === undefined || uri !== undefined || (name === 'database' && client !== undefined)) continue;
    throw invalid(name, `${name} is given, but ${given[0] ?? ''} decides it already. Leave it out.`);
  }
}

function invalid(option: string, text: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', option, `MongoStore: ${text}`);
}
