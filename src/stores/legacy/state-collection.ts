import { z } from 'zod';
import { InvalidInputError, SentCodeStoreError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { wordSchema } from '../../core/option-schemas.js';
import type { LegacyStateChanger } from './adapter.js';
import type { LegacyLists, LegacyStateChange } from './state-change.js';

/**
 * The old bot's document `_id: 'giftcode_state'`, in the collection that has it (`giftcode_state`).
 *
 * A write changes only the named lists, in place on the server. So 64-bit integers, unknown fields,
 * and what the old bot writes at the same time stay as they are. Reads go to the primary; writes
 * wait for a majority. The name of a field cannot have every character, so a guild id with `.`, NUL
 * or a leading `$` is kept under an escaped name.
 *
 * @example
 * ```ts
 * import { MongoClient } from 'mongodb';
 * import { LegacyAdapterStore, legacyStateCollection } from 'sent-code-store';
 *
 * const client = new MongoClient('mongodb://127.0.0.1:27017/old_bot');
 * const states = client.db().collection('giftcode_state');
 * const store = new LegacyAdapterStore(legacyStateCollection(states));
 * ```
 */
export function legacyStateCollection(
  collection: LegacyCollectionLike,
  options: LegacyStateCollectionOptions = {},
): LegacyStateChanger {
  const given = collection as Partial<LegacyCollectionLike> | null | undefined;
  if (typeof given?.findOne !== 'function' || typeof given.findOneAndUpdate !== 'function') {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'collection',
      `legacyStateCollection: collection is ${describe(given)}. Pass a collection of the package mongodb: client.db(…).collection('giftcode_state').`,
    );
  }
  const { create = 'never' } = checkOptions(optionsSchema, options, 'legacyStateCollection');
  let seen = false;

  function orMissing(document: unknown): unknown {
    if (document !== null) {
      seen = true;
      return withLists(document);
    }
    if (create === 'if-missing' && !seen) return EMPTY;
    const hint = seen ? '' : " Pass { create: 'if-missing' } for a bot that has sent nothing yet.";
    throw new SentCodeStoreError(
      'STORE_NOT_FOUND',
      `${collection.namespace} has no document "${ID}", so nobody can tell which codes were sent. Correct the name of the database, or restore the document.${hint}`,
    );
  }

  return {
    description: `document ${ID} of collection ${collection.namespace}`,
    getState: async () => orMissing(await collection.findOne({ _id: ID }, { readPreference: 'primary' })),
    changeState: async (change) => {
      const update = toUpdate(change);
      const upsert = create === 'if-missing' && !seen;
      // The document before the change comes from the same atomic step: of two writers of a code,
      // exactly one sees that it was the first.
      const run = (): Promise<unknown> =>
        collection.findOneAndUpdate({ _id: ID }, update, {
          upsert,
          returnDocument: 'before',
          includeResultMetadata: false,
          writeConcern: { w: 'majority' },
        });
      let before: unknown;
      try {
        before = await run();
      } catch (error) {
        if (!upsert || (error as { code?: unknown }).code !== DUPLICATE_KEY) throw error;
        // Two writers found no document, and the other one made it. The second try finds the
        // document.
        before = await run();
      }
      if (before !== null || !upsert) return orMissing(before);
      seen = true;
      return EMPTY;
    },
  };
}

/** Options of {@link legacyStateCollection}. */
export interface LegacyStateCollectionOptions {
  /**
   * What a missing document means. Default: `'never'`.
   *
   * - `'never'`: an error (`STORE_NOT_FOUND`), because in a wrong database every code would be
   *   unsent.
   * - `'if-missing'`: the bot has sent nothing yet. Once the adapter has seen the document, a
   *   missing one is an error.
   */
  readonly create?: 'if-missing' | 'never';
}

/**
 * The used methods of a collection, described here so that the types of this package need no
 * driver. A collection of the package `mongodb`, versions 6 and 7, fits.
 */
export interface LegacyCollectionLike {
  /** `database.collection`. */
  readonly namespace: string;
  /** Resolves to a document, or to `null`. */
  findOne(filter: object, options: object): Promise<unknown>;
  /** Resolves to the document as it was before the update, or to `null` if there was none. */
  findOneAndUpdate(filter: object, update: object, options: object): Promise<unknown>;
}

const optionsSchema = lazySchema(() => z.strictObject({ create: wordSchema('if-missing', 'never').optional() }));
const ID = 'giftcode_state';
const EMPTY = { sent: {} };
const DUPLICATE_KEY = 11_000;

function toUpdate({
  add = new Map<string, string[]>(),
  remove = new Map<string, string[]>(),
  flags = [],
}: LegacyStateChange): object {
  return {
    ...(add.size > 0 && { $addToSet: toPaths(add, (texts) => ({ $each: texts })) }),
    ...(remove.size > 0 && { $pull: toPaths(remove, (texts) => ({ $in: texts })) }),
    ...(flags.length > 0 && { $set: Object.fromEntries(flags.map((flag) => [flag, true])) }),
  };
}

function toPaths(lists: LegacyLists, toValue: (texts: readonly string[]) => object): object {
  return Object.fromEntries([...lists].map(([list, texts]) => [`sent.${fieldOf(list)}`, toValue(texts)]));
}

/**
 * What cannot be in the name of a field, and what looks like an escape. Ids of chat platforms have
 * none of it.
 */
const ESCAPED = /[.\0]|^\$|%(?=2E|24|25|00)/g;

function fieldOf(list: string): string {
  return list.replace(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function listOf(field: string): string {
  return field.replace(/%(2E|24|25|00)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The document with its lists under unescaped names. */
function withLists(document: unknown): unknown {
  const { sent } = document as { readonly sent?: unknown };
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return document;
  const lists = new Map<string, unknown>();
  for (const [field, items] of Object.entries(sent) as [string, unknown][]) {
    const others = lists.get(listOf(field));
    lists.set(
      listOf(field),
      Array.isArray(others) && Array.isArray(items) ? [...(others as unknown[]), ...(items as unknown[])] : items,
    );
  }
  return { ...(document as object), sent: Object.fromEntries(lists) };
}
