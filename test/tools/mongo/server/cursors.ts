import { calculateObjectSize } from 'bson';
import { CommandError } from './errors.js';
import type { Doc } from './values.js';

/** Documents of a first batch, if the client names no size; later batches are then limited by bytes only. */
export const DEFAULT_FIRST_BATCH = 101;

const MAX_BATCH_BYTES = 16 * 1024 * 1024;

interface Cursor {
  readonly namespace: string;
  readonly documents: readonly Doc[];
  /** Index of the next document to hand out. */
  next: number;
  /** True if the end is known without asking for one more document, as it is after a limit was reached. */
  readonly endIsKnown: boolean;
}

/** Open cursors. The answer of a query is complete when the cursor is opened: later writes do not show in it. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();
  #lastId = 0n;

  /** The answer to a find or aggregate: the first batch, and the id of the cursor that has the rest (0: there is none). */
  first(namespace: string, documents: readonly Doc[], batchSize: number, { endIsKnown = false, singleBatch = false } = {}): Doc {
    const cursor: Cursor = { namespace, documents, next: 0, endIsKnown };
    const { batch, atEnd } = takeBatch(cursor, batchSize);
    if (atEnd || singleBatch) return { cursor: { firstBatch: batch, id: 0n, ns: namespace } };
    const id = ++this.#lastId;
    this.#open.set(id, cursor);
    return { cursor: { firstBatch: batch, id, ns: namespace } };
  }

  more(id: bigint, namespace: string, batchSize: number): Doc {
    const cursor = this.#open.get(id);
    if (!cursor) throw new CommandError(43, 'CursorNotFound', `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new CommandError(
        13,
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to ${cursor.namespace}`,
      );
    }
    const { batch, atEnd } = takeBatch(cursor, batchSize);
    if (atEnd) this.#open.delete(id);
    return { cursor: { nextBatch: batch, id: atEnd ? 0n : id, ns: namespace } };
  }

  /** True if the cursor was open. */
  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }
}

/**
 * A batch that is full does not know whether it was the last one: the cursor stays open, and one more round trip finds nothing. This is what
 * mongod does, so a look-up whose `batchSize` is only just large enough costs two round trips.
 */
function takeBatch(cursor: Cursor, batchSize: number): { batch: Doc[]; atEnd: boolean } {
  const batch: Doc[] = [];
  let bytes = 0;
  while (batch.length < batchSize) {
    const document = cursor.documents[cursor.next];
    if (document === undefined) return { batch, atEnd: true };
    bytes += calculateObjectSize(document);
    if (batch.length > 0 && bytes > MAX_BATCH_BYTES) return { batch, atEnd: false };
    batch.push(document);
    cursor.next++;
  }
  return { batch, atEnd: cursor.endIsKnown && cursor.next === cursor.documents.length };
}
