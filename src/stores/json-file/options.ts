import { lazySchema } from '../../core/lazy-schema.js';
import { flagSchema, optionSchema, waitSchema, wordSchema } from '../../core/option-schemas.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';

/** Options of a {@link JsonFileStore}. */
export interface JsonFileStoreOptions extends StoreOptions {
  /**
   * The snapshot: a JSON file with one line for each guild. Beside it are its journal
   * (`<path>.journal.<n>`) and, while the store is open, its lock (a socket, `<path>.lock.<id>`).
   * The folder must exist. A symbolic link is followed once, when the store opens.
   */
  readonly path: string;
  /**
   * What a missing file is: a new store (`if-missing`), or the error `STORE_NOT_FOUND` (`never`).
   * Default: `if-missing`.
   */
  readonly create?: 'if-missing' | 'never';
  /**
   * How long to wait for another owner of the file. Default: 0 ms. After that the call rejects with
   * `STORE_LOCKED`.
   */
  readonly lockTimeoutMs?: number;
  /**
   * Whether to open a damaged store with what can be read of it. The damaged files are kept beside
   * it, and the log says under which names. A code that cannot be read counts as new, so it may be
   * sent again. Does nothing for a store that is not damaged.
   */
  readonly recover?: boolean;
  /**
   * Whether to read without the lock, also beside a writer. Each call sees what was acknowledged
   * before it. Claims count as uncertain, since only their own process knows their leases. A call
   * that would write rejects with `STORE_READ_ONLY`.
   */
  readonly readOnly?: boolean;
}

/** The schema of {@link JsonFileStoreOptions}. */
export const jsonFileOptionsSchema = lazySchema(() =>
  storeOptionsSchema()
    .extend({
      path: optionSchema<string>(
        (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
        'the path of the file: a string without NUL',
      ),
      create: wordSchema('if-missing', 'never').optional(),
      lockTimeoutMs: waitSchema(0).optional(),
      recover: flagSchema().optional(),
      readOnly: flagSchema().optional(),
    })
    .refine(({ recover, readOnly }) => recover !== true || readOnly !== true, {
      path: ['recover'],
      message: 'false with readOnly: a recovery writes',
    }),
);
