import { errorJson } from './error-json.js';

/**
 * Every `code` of a {@link SentCodeStoreError}. Codes are stable: a program may branch on them.
 * Texts may change.
 *
 * - `INVALID_GUILD_ID`, `INVALID_CODE`, `INVALID_CODES`, `INVALID_OPTION`: the caller's input;
 *   nothing was written.
 * - `STORE_CLOSED`: called after `close()`.
 * - `STORE_LOCKED`: another process, or another store of this process, has the file open for
 *   writing.
 * - `STORE_NOT_FOUND`: `create: 'never'`, or a read-only store, and there is no file.
 * - `STORE_DAMAGED`: stored data does not make sense; the text says where. The codes in it are
 *   never answered as "unsent".
 * - `STORE_FOREIGN`: the data there was not written by this package, or is a MongoDB collection
 *   that does not keep ids in byte order.
 * - `STORE_VERSION`: the data was written by a later version of this package.
 * - `STORE_READ_ONLY`: a write on a store with the option `readOnly`.
 * - `STORE_IO`: the file system refused (disk full, no permission, a folder in place of a file, …);
 *   `cause` is the error of the file system.
 * - `IDENTITY_MISMATCH`: the store was filled under another identity.
 * - `STORE_UNAVAILABLE`: the database cannot be reached or refused the operation.
 * - `STORE_TIMEOUT`: no answer within the time limit. The operation may still take effect.
 * - `DRIVER_MISSING`: a URI was given and the package `mongodb` is not installed.
 * - `PARTIALLY_MARKED`: a batch of several chunks failed after some were acknowledged.
 * - `LEASE_LOST`: the claim was taken over, or nothing of it is left.
 * - `CLAIMS_UNSUPPORTED`, `METADATA_UNSUPPORTED`: the store has no claims or no metadata; see
 *   {@link SentCodeStore.supports}.
 * - `NOT_AUTHORITATIVE`: no store in reach may say "unsent" for that guild.
 * - `ALL_STORES_FAILED`: every member of a chain failed.
 * - `ADAPTER_REFUSED`: a bot's own `setState` answered `false`.
 * - `LEGACY_STATE_INVALID`: the old bot's state cannot be read without guessing.
 * - `MIGRATION_INCOMPLETE`: some guilds could not be moved; the completion mark was not set.
 * - `MARK_FAILED_AFTER_SEND`: the message went out and could not be recorded; the codes are
 *   uncertain.
 * - `ABORTED`: the caller's `AbortSignal` fired, or `findDelivery` did not answer in time.
 */
export type SentCodeStoreErrorCode =
  | 'INVALID_GUILD_ID'
  | 'INVALID_CODE'
  | 'INVALID_CODES'
  | 'INVALID_OPTION'
  | 'STORE_CLOSED'
  | 'STORE_LOCKED'
  | 'STORE_NOT_FOUND'
  | 'STORE_DAMAGED'
  | 'STORE_FOREIGN'
  | 'STORE_VERSION'
  | 'STORE_READ_ONLY'
  | 'STORE_IO'
  | 'IDENTITY_MISMATCH'
  | 'STORE_UNAVAILABLE'
  | 'STORE_TIMEOUT'
  | 'DRIVER_MISSING'
  | 'PARTIALLY_MARKED'
  | 'LEASE_LOST'
  | 'CLAIMS_UNSUPPORTED'
  | 'METADATA_UNSUPPORTED'
  | 'NOT_AUTHORITATIVE'
  | 'ALL_STORES_FAILED'
  | 'ADAPTER_REFUSED'
  | 'LEGACY_STATE_INVALID'
  | 'MIGRATION_INCOMPLETE'
  | 'MARK_FAILED_AFTER_SEND'
  | 'ABORTED';

/** What every error of this package has beside its text. */
export interface SentCodeStoreErrorOptions {
  /** The error that led to this one, as it was thrown. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later without any change by the caller. */
  readonly retryable?: boolean;
}

/**
 * The base of every error of this package. Branch on {@link SentCodeStoreError.code}. The text is
 * for people: it says what was wrong, where, and what to do.
 *
 * @example
 * ```ts
 * import { SentCodeStoreError } from 'sent-code-store';
 *
 * try {
 *   await store.ping();
 * } catch (error) {
 *   if (error instanceof SentCodeStoreError && error.retryable) console.log('Later:', error.code);
 *   else throw error;
 * }
 * ```
 */
export class SentCodeStoreError extends Error {
  /** The stable code. */
  readonly code: SentCodeStoreErrorCode;
  /** Whether the same call may succeed later without any change by the caller. */
  readonly retryable: boolean;

  constructor(code: SentCodeStoreErrorCode, message: string, options: SentCodeStoreErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /**
   * For `JSON.stringify`: name, code, message, the error's other fields, and the same of its cause.
   * No stack.
   */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, message, cause } = this;
    const details = Object.fromEntries(Object.entries(this));
    return { ...details, name, message, ...(cause !== undefined && { cause: errorJson(cause) }) };
  }
}

/** Bad input. Nothing was written. */
export class InvalidInputError extends SentCodeStoreError {
  /** The argument or option that was wrong, as a path: `batch[3].codes[7]`. */
  readonly argument: string;

  constructor(
    code: 'INVALID_GUILD_ID' | 'INVALID_CODE' | 'INVALID_CODES' | 'INVALID_OPTION',
    argument: string,
    message: string,
    options?: SentCodeStoreErrorOptions,
  ) {
    super(code, message, options);
    this.argument = argument;
  }
}

/** Another owner has the file. */
export class StoreLockedError extends SentCodeStoreError {
  /**
   * Process id of the owner, in the owner's own process namespace; `undefined` where it is not
   * known.
   */
  readonly pid: number | undefined;

  constructor(message: string, pid: number | undefined, options?: SentCodeStoreErrorOptions) {
    super('STORE_LOCKED', message, { retryable: true, ...options });
    this.pid = pid;
  }
}

/** Stored data does not make sense. The store refuses to guess. */
export class StoreDamagedError extends SentCodeStoreError {
  /** The damaged file; `undefined` for a store without files. */
  readonly path: string | undefined;
  /** Line of the damage, counted from 1. */
  readonly line: number | undefined;

  constructor(message: string, where: { path?: string; line?: number } = {}, options?: SentCodeStoreErrorOptions) {
    super('STORE_DAMAGED', message, options);
    this.path = where.path;
    this.line = where.line;
  }
}

/** The claim does not hold some codes any more. */
export class LeaseLostError extends SentCodeStoreError {
  /** The lost codes, in the spelling of the claim. */
  readonly codes: readonly string[];

  constructor(message: string, codes: readonly string[]) {
    super('LEASE_LOST', message);
    this.codes = codes;
  }
}

/** No store in reach may say "unsent" for this guild. */
export class NotAuthoritativeError extends SentCodeStoreError {
  /** The guild. */
  readonly guildId: string;

  constructor(message: string, guildId: string, options?: SentCodeStoreErrorOptions) {
    super('NOT_AUTHORITATIVE', message, { retryable: true, ...options });
    this.guildId = guildId;
  }
}

/** Every member of a chain failed. `cause` is an `AggregateError` with the same errors. */
export class AllStoresFailedError extends SentCodeStoreError {
  /** One error for each member, in priority order. */
  readonly errors: readonly unknown[];

  constructor(message: string, errors: readonly unknown[]) {
    super('ALL_STORES_FAILED', message, { retryable: true, cause: new AggregateError(errors, message) });
    this.errors = errors;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), errors: this.errors.map((error) => errorJson(error)) };
  }
}
