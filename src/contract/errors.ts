import { errorJson } from './error-json.js';

/**
 * Every `code` that a {@link SentCodeStoreError} can have. Codes are stable: a program may branch on them. Texts may change.
 *
 * - `INVALID_GUILD_ID`, `INVALID_CODE`, `INVALID_CODES`, `INVALID_OPTION`: the caller's input; nothing was written.
 * - `STORE_CLOSED`: called after `close()`.
 * - `STORE_LOCKED`: another process, or another store of this process, has the file open for writing.
 * - `STORE_NOT_FOUND`: `create: 'never'`, or a read-only store, and there is no file.
 * - `STORE_DAMAGED`: stored data does not make sense; the text says where. Never answered as "unsent".
 * - `STORE_FOREIGN`: what is there was not written by this package, or, in MongoDB, is not kept in byte order of ids.
 * - `STORE_VERSION`: written by a later version of this package.
 * - `STORE_READ_ONLY`: a write on a store that was opened with `readOnly`.
 * - `STORE_IO`: the file system refused (disk full, no permission, a folder in place of a file, …); `cause` has its error.
 * - `IDENTITY_MISMATCH`: the store was filled under another identity of codes.
 * - `STORE_UNAVAILABLE`: the database cannot be reached or refused the operation.
 * - `STORE_TIMEOUT`: no answer within the time limit. The operation may still take effect.
 * - `DRIVER_MISSING`: a URI was given and the package `mongodb` is not installed.
 * - `PARTIALLY_MARKED`: a batch of several chunks failed after some were acknowledged.
 * - `LEASE_LOST`: the claim was taken over, or nothing of it is left.
 * - `CLAIMS_UNSUPPORTED`, `METADATA_UNSUPPORTED`: the store cannot do that; see {@link SentCodeStore.supports}.
 * - `NOT_AUTHORITATIVE`: the only store that can be reached may not say "unsent" for that guild.
 * - `ALL_STORES_FAILED`: every member of a chain failed.
 * - `ADAPTER_REFUSED`: a bot's own `setState` answered `false`.
 * - `LEGACY_STATE_INVALID`: the old bot's state has a shape that cannot be read without guessing.
 * - `MIGRATION_INCOMPLETE`: some guilds could not be moved; the completion mark was not set.
 * - `MARK_FAILED_AFTER_SEND`: the message went out and could not be recorded; the codes are uncertain.
 * - `ABORTED`: the caller's `AbortSignal` fired.
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

/** What every error of this package carries beside its text. */
export interface SentCodeStoreErrorOptions {
  /** The error that led to this one, as it was thrown. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later without any change by the caller. */
  readonly retryable?: boolean;
}

/**
 * The one error class of this package. Branch on {@link SentCodeStoreError.code}; the text is for people and says what was wrong, where,
 * and what to do.
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

  /** For `JSON.stringify`: name, code, message, what else the error has, and the same of its cause. No stack. */
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

/** Another owner has the file. `pid` is that owner's process id where it is known. */
export class StoreLockedError extends SentCodeStoreError {
  /** Process id of the owner, in the owner's own process namespace. */
  readonly pid: number | undefined;

  constructor(message: string, pid: number | undefined, options?: SentCodeStoreErrorOptions) {
    super('STORE_LOCKED', message, { retryable: true, ...options });
    this.pid = pid;
  }
}

/** Stored data does not make sense. The store refuses to guess. */
export class StoreDamagedError extends SentCodeStoreError {
  /** The damaged file, where the store is one. */
  readonly path: string | undefined;
  /** Line of the damage, counted from 1. */
  readonly line: number | undefined;

  constructor(message: string, where: { path?: string; line?: number } = {}, options?: SentCodeStoreErrorOptions) {
    super('STORE_DAMAGED', message, options);
    this.path = where.path;
    this.line = where.line;
  }
}

/** The claim does not hold these codes any more. */
export class LeaseLostError extends SentCodeStoreError {
  /** The codes that are lost, in the spelling of the claim. */
  readonly codes: readonly string[];

  constructor(message: string, codes: readonly string[]) {
    super('LEASE_LOST', message);
    this.codes = codes;
  }
}

/** The store that answers may not say "unsent" for this guild. */
export class NotAuthoritativeError extends SentCodeStoreError {
  /** The guild for which nothing can be said. */
  readonly guildId: string;

  constructor(message: string, guildId: string, options?: SentCodeStoreErrorOptions) {
    super('NOT_AUTHORITATIVE', message, { retryable: true, ...options });
    this.guildId = guildId;
  }
}

/** Every member of a chain failed. `errors` has one error for each member, in priority order; `cause` is the same as an `AggregateError`. */
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
