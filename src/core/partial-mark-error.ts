import { SentCodeStoreError } from '../contract/errors.js';
import type { GuildMarkResult } from '../contract/types.js';
import { errorText } from '../domain/error-text.js';

/**
 * A batch failed after some of its chunks were acknowledged. Marking is safe to repeat: call again
 * with the whole batch. `cause` is the failure of the chunk.
 */
export class PartialMarkError extends SentCodeStoreError {
  /**
   * What was acknowledged: one entry for each entry of the batch, in the same order. Codes in
   * neither list may or may not be marked.
   */
  readonly results: readonly GuildMarkResult[];

  constructor(storeName: string, results: readonly GuildMarkResult[], cause: unknown) {
    const count = results.reduce((sum, result) => sum + result.marked.length, 0);
    super(
      'PARTIALLY_MARKED',
      `${storeName}: ${count} codes were marked, then a chunk failed: ${errorText(cause)} Call again with the whole batch.`,
      {
        cause,
        retryable: cause instanceof SentCodeStoreError && cause.retryable,
      },
    );
    this.results = results;
  }
}
