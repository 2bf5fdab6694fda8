import { EJSON, ObjectId, calculateObjectSize } from 'bson';
import { CommandError } from './errors.js';
import { candidateKeys } from './id-plan.js';
import { KeyOrder } from './key-order.js';
import { fieldOf, isDoc, keyOf, typeName, type Doc } from './values.js';

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** The documents of one collection, found by `_id` without a scan. Every method is done when it returns, so each is atomic. */
export class Collection {
  readonly namespace: string;
  /** Index name to specification. Indexes other than that of `_id` change nothing but the answer of listIndexes. */
  readonly indexes = new Map<string, Doc>([['_id_', { v: 2, key: { _id: 1 }, name: '_id_' }]]);
  /** Its default collation. Only ranges of `_id` that are empty under it heed it: order and equality stay those of bytes. */
  readonly #collator: Intl.Collator | undefined;
  readonly #documents = new Map<string, Doc>();
  readonly #order = new KeyOrder();

  constructor(namespace: string, locale?: string) {
    this.namespace = namespace;
    this.#collator = locale === undefined ? undefined : new Intl.Collator(locale);
  }

  get size(): number {
    return this.#documents.size;
  }

  /** Adds the document, with an `_id` made here if it has none, and returns it as it was stored. */
  insert(document: Doc): Doc {
    const stored = withIdFirst(document);
    const key = checkedKey(stored);
    if (this.#documents.has(key)) throw this.#duplicateKey(stored['_id']);
    this.#documents.set(key, stored);
    this.#order.add(key);
    return stored;
  }

  /** Puts another version in the place of a stored document. */
  replace(current: Doc, next: Doc): void {
    const key = keyOf(current['_id']);
    if (!('_id' in next) || keyOf(next['_id']) !== key) {
      throw new CommandError(
        66,
        'ImmutableField',
        `Performing an update on the path '_id' would modify the immutable field '_id'`,
      );
    }
    this.#documents.set(checkedKey(next), withIdFirst(next));
  }

  remove(document: Doc): void {
    this.#documents.delete(keyOf(document['_id']));
  }

  /** The documents that `filter` can match, and maybe others: by `_id` (in its order) where the filter names it, else all of them. */
  *candidates(filter: Doc): Generator<Doc> {
    if (this.#collator !== undefined && isEmptyRange(filter['_id'], this.#collator)) return;
    const keys = candidateKeys(filter, this.#order);
    if (!keys) {
      yield* [...this.#documents.values()];
      return;
    }
    for (const key of keys) {
      const document = this.#documents.get(key);
      if (document) yield document;
    }
  }

  #duplicateKey(id: unknown): CommandError {
    const message = `E11000 duplicate key error collection: ${this.namespace} index: _id_ dup key: { _id: ${showId(id)} }`;
    return new CommandError(11000, 'DuplicateKey', message, { keyPattern: { _id: 1 }, keyValue: { _id: id } });
  }
}

function isEmptyRange(id: unknown, collator: Intl.Collator): boolean {
  if (!isDoc(id)) return false;
  const [low, high] = [id['$gt'] ?? id['$gte'], id['$lt'] ?? id['$lte']];
  return typeof low === 'string' && typeof high === 'string' && collator.compare(low, high) > 0;
}

function showId(id: unknown): string {
  if (typeof id === 'string') return `"${id}"`;
  if (id instanceof ObjectId) return `ObjectId('${id.toHexString()}')`;
  return EJSON.stringify(id);
}

function withIdFirst(document: Doc): Doc {
  if (Object.keys(document)[0] === '_id') return document;
  const { _id = new ObjectId(), ...fields } = document;
  return { _id, ...fields };
}

function checkedKey(document: Doc): string {
  const id = fieldOf(document, '_id');
  const type = typeName(id);
  if (['array', 'regex', 'missing'].includes(type)) {
    throw new CommandError(53, 'InvalidIdField', `The '_id' value cannot be of type ${type}`);
  }
  const bytes = calculateObjectSize(document);
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new CommandError(
      10334,
      'BSONObjectTooLarge',
      `BSONObj size: ${bytes} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
  }
  return keyOf(id);
}
