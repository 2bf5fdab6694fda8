import { SentCodeStoreError } from '../../contract/errors.js';
import { errorText } from '../../domain/error-text.js';
import { redactError, type Redact } from './redact.js';

/** What an error of the driver says about the command. */
export type FailureKind =
  /** Never sent: no server was found. */
  | 'unreachable'
  /**
   * Perhaps sent: without an answer, or to a server that could not serve it at that moment. Worth
   * another try at once.
   */
  | 'broken'
  /** No answer in time. */
  | 'late'
  /** Done, but not confirmed by a majority of the replica set: it may be lost. */
  | 'unconfirmed'
  /** The server refused it. */
  | 'refused';

/** What error texts say about a command. */
export interface CommandContext {
  readonly storeName: string;
  /** What was done, and where: `write on db.collection`. */
  readonly what: string;
  readonly operationTimeoutMs: number;
  readonly redact: Redact;
  /**
   * What to do about a server that is not found; `undefined` if the store knows no more than the
   * driver.
   */
  readonly advice?: () => string | undefined;
}

interface DriverError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly result?: {
    getWriteErrors?(): readonly { readonly code?: unknown }[];
    getWriteConcernError?(): unknown;
  };
}

const DUPLICATE_KEY = 11000;
/**
 * Codes of a passing state: the server steps down, starts, stops, lost another server, or met a
 * write conflict. The same command may succeed a moment later.
 */
const PASSING_CODES = new Set<unknown>([6, 7, 89, 91, 112, 189, 9001, 10107, 11600, 11602, 13435, 13436]);
const LATE_CODES = new Set<unknown>([50, 262]);
const FAILURE_BY_NAME: ReadonlyMap<unknown, FailureKind> = new Map<unknown, FailureKind>([
  ['MongoNetworkError', 'broken'],
  ['MongoNetworkTimeoutError', 'late'],
  ['MongoOperationTimeoutError', 'late'],
  ['MongoServerSelectionError', 'unreachable'],
  ['MongoPoolClearedError', 'unreachable'],
  ['MongoWaitQueueTimeoutError', 'unreachable'],
]);

/**
 * What to do about a server that cannot do what the store needs, by the code and the words of its
 * refusal.
 */
const ADVICE: readonly (readonly [code: number, words: RegExp, advice: string])[] = [
  [2, /journal/i, 'The server has no journal, so a mark would not survive its crash. Start it with one.'],
  [
    148,
    /majority/i,
    'The server runs with enableMajorityReadConcern: false, so nobody can say which marks will stay. Start it without that setting.',
  ],
];

/**
 * Whether a bulk write failed with duplicate keys and nothing else: every operation was answered.
 */
export function isOnlyDuplicates(error: unknown): boolean {
  const { code, result } = asDriverError(error);
  // Only a bulk that was answered completely has the code of its first write error. If the
  // connection breaks between two parts of a bulk, the error has the write errors of the first
  // part, and no code.
  if (code !== DUPLICATE_KEY || result?.getWriteConcernError?.() !== undefined) return false;
  const writeErrors = result?.getWriteErrors?.() ?? [];
  return writeErrors.length > 0 && writeErrors.every((writeError) => writeError.code === DUPLICATE_KEY);
}

/**
 * What an error of the driver means. Compares names and codes, not classes: the driver may be
 * another copy of the package.
 */
export function failureOf(error: unknown): FailureKind {
  const { name, code, result } = asDriverError(error);
  if (result?.getWriteConcernError?.() !== undefined || name === 'MongoWriteConcernError') {
    return PASSING_CODES.has(code) ? 'broken' : 'unconfirmed';
  }
  if (PASSING_CODES.has(code)) return 'broken';
  if (LATE_CODES.has(code)) return 'late';
  // A bulk write wraps a connection error in an error of its own kind, without a code.
  if (name === 'MongoBulkWriteError' && code === undefined) return 'broken';
  // System errors, such as a host name that was not resolved, have codes in letters.
  if (typeof code === 'string') return 'unreachable';
  return FAILURE_BY_NAME.get(name) ?? 'refused';
}

/** The store's error for an error of the driver, which is its `cause`. */
export function toStoreError(error: unknown, context: CommandContext): SentCodeStoreError {
  if (error instanceof SentCodeStoreError) return error;
  const { redact, storeName, what } = context;
  const { code } = asDriverError(error);
  const reason = redact(errorText(error));
  const cause = redactError(error, redact);
  const failed = (text: string, retryable: boolean): SentCodeStoreError =>
    new SentCodeStoreError('STORE_UNAVAILABLE', `${storeName}: ${text}`, { cause, retryable });
  switch (failureOf(error)) {
    case 'late':
      return timeoutError(context, cause);
    case 'unreachable':
      return failed(
        `cannot reach the database (${what}): ${reason}. ${context.advice?.() ?? 'Check that it runs and that the address is right.'}`,
        true,
      );
    case 'broken':
      return failed(`${what} was interrupted, and may have taken effect: ${reason}. Repeat the call.`, true);
    case 'unconfirmed':
      return failed(
        `${what} was not confirmed by a majority of the replica set, and may be lost: ${reason}. Repeat the call.`,
        true,
      );
    case 'refused': {
      const how = typeof code === 'number' ? `was refused (code ${code})` : 'failed';
      const advice = ADVICE.find(([known, words]) => code === known && words.test(reason))?.[2];
      return failed(`${what} ${how}: ${reason}${advice === undefined ? '' : `. ${advice}`}`, false);
    }
  }
}

/** The error `STORE_TIMEOUT`. */
export function timeoutError({ storeName, what, operationTimeoutMs }: CommandContext, cause?: unknown): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_TIMEOUT',
    `${storeName}: ${what} had no answer within ${operationTimeoutMs} ms. It may still take effect. Repeat the call.`,
    { retryable: true, ...(cause !== undefined && { cause }) },
  );
}

function asDriverError(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? error : {};
}
