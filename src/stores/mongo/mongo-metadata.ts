import { SentCodeStoreError, StoreDamagedError } from '../../contract/errors.js';
import type { StoreMetadata } from '../../core/driver.js';
import { IDENTITY_KEY } from '../../core/identity-name.js';
import type { Commands } from './commands.js';
import type { WriteOperation } from './driver.js';
import { idOf } from './keys.js';

const PAGE = 1000;

/** The store's own metadata: documents `{ _id: ":key", value }`. */
export class MongoMetadata implements StoreMetadata {
  readonly #commands: () => Commands;
  #identityName: string | undefined;

  constructor(commands: () => Commands) {
    this.#commands = commands;
  }

  /**
   * The opening has read the name of the identity. It never changes, because the first one wins. So
   * it is not read once more to be compared.
   */
  openedWith(identityName: string): void {
    this.#identityName = identityName;
  }

  async get(keys: readonly string[]): Promise<Map<string, string>> {
    if (keys.length === 1 && keys[0] === IDENTITY_KEY && this.#identityName !== undefined) {
      return new Map([[IDENTITY_KEY, this.#identityName]]);
    }
    const filter = { _id: { $in: keys.map(toId) } };
    const documents = await this.#commands().find({ filter, projection: { value: 1 }, atMost: keys.length });
    return new Map(documents.map(toEntry));
  }

  async insert(key: string, value: string): Promise<string> {
    // The first insert wins: `$setOnInsert` keeps an existing value, and a duplicate is another
    // process's insert at the same instant. The read shows who was first.
    await this.#commands().write([upsert(key, { $setOnInsert: { value } })], { repeatable: true });
    const kept = (await this.get([key])).get(key);
    if (kept !== undefined) return kept;
    throw new SentCodeStoreError('STORE_UNAVAILABLE', `${key} was removed by another process in this moment. Repeat the call.`, {
      retryable: true,
    });
  }

  async set(entries: ReadonlyMap<string, string>): Promise<void> {
    if (entries.size === 0) return;
    const operations = [...entries].map(([key, value]) => upsert(key, { $set: { value } }));
    let { duplicates } = await this.#commands().write(operations, { repeatable: true });
    // A duplicate is another process's insert at the same instant: the second try finds it, and
    // changes it.
    if (duplicates !== undefined) ({ duplicates } = await this.#commands().write(operations, { repeatable: true }));
    if (duplicates !== undefined) throw duplicates;
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    // Only as they were seen: a command that arrives late must not remove what was written since.
    const seen = await this.get(keys);
    if (seen.size === 0) return;
    const operations = [...seen].map(([key, value]) => ({ deleteOne: { filter: { _id: toId(key), value } } }));
    await this.#commands().write(operations, { repeatable: true });
  }

  async *list(prefix: string): AsyncGenerator<readonly [key: string, value: string]> {
    let range: object = { $gte: toId(prefix) };
    for (;;) {
      const page = await this.#commands().find({ filter: { _id: range }, projection: { value: 1 }, atMost: PAGE, page: true });
      for (const document of page) {
        if (!idOf(document).startsWith(toId(prefix))) return;
        yield toEntry(document);
      }
      const end = page.at(-1);
      if (page.length < PAGE || end === undefined) return;
      range = { $gt: idOf(end) };
    }
  }
}

/** The id of the document of a key. */
export function toId(key: string): string {
  return `:${key}`;
}

/** The key and the value of a document; `STORE_DAMAGED` if it has none. */
export function toEntry(document: Record<string, unknown>): [key: string, value: string] {
  const { _id: id, value } = document;
  if (typeof id === 'string' && typeof value === 'string') return [id.slice(1), value];
  throw new StoreDamagedError(
    `The document ${JSON.stringify(id)} has no text in its field "value". It is the store's own: restore it.`,
  );
}

function upsert(key: string, update: object): WriteOperation {
  return { updateOne: { filter: { _id: toId(key) }, update, upsert: true } };
}
