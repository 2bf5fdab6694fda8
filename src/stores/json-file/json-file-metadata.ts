import type { StoreMetadata } from '../../core/driver.js';
import type { OpenFile } from './open-file.js';

/** The store's own metadata, kept in the same files as the codes. */
export class JsonFileMetadata implements StoreMetadata {
  readonly #file: OpenFile;
  readonly #readOnly: boolean;

  constructor(file: OpenFile, readOnly: boolean) {
    this.#file = file;
    this.#readOnly = readOnly;
  }

  async get(keys: readonly string[]): Promise<Map<string, string>> {
    return this.#file.read([], keys, () => {
      const found = new Map<string, string>();
      for (const key of keys) {
        const value = this.#file.records.metadata.get(key);
        if (value !== undefined) found.set(key, value);
      }
      return found;
    });
  }

  async insert(key: string, value: string): Promise<string> {
    const known = this.#file.records.metadata.get(key);
    // An empty store, such as one whose creation was interrupted, would keep any first value.
    if (this.#readOnly && (known !== undefined || this.#isEmpty())) return known ?? value;
    // No pause before the commit: two callers never both find the key absent.
    await this.#file.commit([], known === undefined ? [[key, value]] : []);
    return known ?? value;
  }

  async set(entries: ReadonlyMap<string, string>): Promise<void> {
    await this.#file.commit([], [...entries]);
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.#file.commit(
      [],
      keys.map((key) => [key, undefined]),
    );
  }

  async *list(prefix: string): AsyncIterable<readonly [key: string, value: string]> {
    const metadata = await this.#file.read([], [], () => [...this.#file.records.metadata]);
    for (const entry of metadata) if (entry[0].startsWith(prefix)) yield entry;
  }

  #isEmpty(): boolean {
    const { records } = this.#file;
    return records.metadata.size === 0 && records.guildIds().length === 0;
  }
}
