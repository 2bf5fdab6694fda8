import { describe, expect, it } from 'vitest';
import { failureOf, isOnlyDuplicates } from '../../../src/stores/mongo/errors.js';

/** An error of a bulk write in the form that all drivers of versions 6 and 7 give it, with what only some of them combine. */
function bulkError(code: number | undefined, writeErrors: readonly number[], writeConcernError?: number): object {
  return {
    name: 'MongoBulkWriteError',
    ...(code !== undefined && { code }),
    result: {
      getWriteErrors: () => writeErrors.map((one) => ({ code: one })),
      getWriteConcernError: () => (writeConcernError === undefined ? undefined : { code: writeConcernError }),
    },
  };
}

describe('what an error of a bulk write means', () => {
  it('is duplicates alone only if the whole bulk was answered, and confirmed', () => {
    expect(isOnlyDuplicates(bulkError(11000, [11000, 11000]))).toBe(true);
    expect(isOnlyDuplicates(bulkError(11000, [11000, 121]))).toBe(false);
    expect(isOnlyDuplicates(bulkError(11000, []))).toBe(false);
    // The connection broke after a first part with duplicates.
    expect(isOnlyDuplicates(bulkError(undefined, [11000]))).toBe(false);
    // A write concern error beside duplicates.
    expect(isOnlyDuplicates(bulkError(11000, [11000], 64))).toBe(false);
    expect(isOnlyDuplicates(bulkError(64, [11000], 64))).toBe(false);
    expect(isOnlyDuplicates(new Error('E11000'))).toBe(false);
    expect(isOnlyDuplicates(null)).toBe(false);
  });

  it.each([
    ['a connection that broke', bulkError(undefined, []), 'broken'],
    ['a connection that broke between two parts', bulkError(undefined, [11000]), 'broken'],
    ['a majority that did not confirm', bulkError(64, [], 64), 'unconfirmed'],
    ['a majority that did not confirm, beside duplicates', bulkError(11000, [11000], 64), 'unconfirmed'],
    ['a primary that steps down', bulkError(189, []), 'broken'],
    ['a validator', bulkError(121, [121]), 'refused'],
    ['a server that was not found', { name: 'MongoServerSelectionError' }, 'unreachable'],
    ['a name that was not resolved', Object.assign(new Error('querySrv'), { code: 'ENOTFOUND' }), 'unreachable'],
    ['a socket that was silent', { name: 'MongoNetworkTimeoutError' }, 'late'],
    ['a server that ran out of time', { name: 'MongoServerError', code: 50 }, 'late'],
    ['no rights', { name: 'MongoServerError', code: 13 }, 'refused'],
    ['a closed client', { name: 'MongoNotConnectedError' }, 'refused'],
    ['anything else', new TypeError('x'), 'refused'],
    ['nothing that one throws', undefined, 'refused'],
  ])('for %s', (_, error, expected) => {
    expect(failureOf(error)).toBe(expected);
  });
});
