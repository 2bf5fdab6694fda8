import type { StorePrimitives } from './driver.js';

/** Chunks of at most `size` items, in order. */
export function* chunksOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/**
 * The primitives of a store, with batches of any length: a batch is cut into chunks, the chunks run
 * one after the other, and the answers are put together.
 */
export function chunked(store: StorePrimitives, chunkSize: number): StorePrimitives {
  async function inChunks<T, R>(items: readonly T[], call: (chunk: readonly T[]) => Promise<readonly R[]>): Promise<R[]> {
    const results: R[] = [];
    for (const chunk of chunksOf(items, chunkSize)) {
      // Not `push(...results)`: the number of arguments of a call is limited.
      for (const result of await call(chunk)) results.push(result);
    }
    return results;
  }
  async function each<T, R>(items: readonly T[], call: (chunk: readonly T[]) => Promise<readonly R[]>): Promise<readonly R[]> {
    return items.length > 0 && items.length <= chunkSize ? call(items) : inChunks(items, call);
  }
  return {
    ...store,
    readRecords: (keys) => each(keys, (chunk) => store.readRecords(chunk)),
    readKnown: (keys) => each(keys, (chunk) => store.readKnown(chunk)),
    markRecords: (marks) => each(marks, (chunk) => store.markRecords(chunk)),
    markWithMetadata: async (marks, entries) => {
      if (marks.length <= chunkSize) return store.markWithMetadata(marks, entries);
      // The metadata is about all marks, so it goes before the first of them.
      await store.metadata.set(entries);
      return each(marks, (chunk) => store.markRecords(chunk));
    },
    claimRecords: (claim) => each(claim.holds, (holds) => store.claimRecords({ ...claim, holds })),
    settleRecords: (changes) => each(changes, (chunk) => store.settleRecords(chunk)),
    confirmRecords: (claim, marks) => each(marks, (chunk) => store.confirmRecords(claim, chunk)),
    renewRecords: (claim, keys) => each(keys, (chunk) => store.renewRecords(claim, chunk)),
    releaseRecords: async (claim, keys, outcome) => {
      for (const chunk of chunksOf(keys, chunkSize)) await store.releaseRecords(claim, chunk, outcome);
    },
    removeRecords: async (keys) =>
      (await each(keys, async (chunk) => [await store.removeRecords(chunk)])).reduce((sum, count) => sum + count, 0),
  };
}
