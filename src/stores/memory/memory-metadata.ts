import type { StoreMetadata } from '../../core/driver.js';

/** Metadata in a map. */
export class MemoryMetadata implements StoreMetadata {
  readonly #entries = new Map<string, string>();

  async get(keys: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const key of keys) {
      const value = this.#entries.get(key);
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  async insert(key: string, value: string): Promise<string> {
    const kept = this.#entries.get(key) ?? value;
    this.#entries.set(key, kept);
    return kept;
  }

  async set(entries: ReadonlyMap<string, string>): Promise<void> {
    for (const [key, value] of entries) this.#entries.set(key, value);
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#entries.delete(key);
  }

  async *list(prefix: string): AsyncIterable<readonly [key: string, value: string]> {
    for (const entry of [...this.#entries]) if (entry[0].startsWith(prefix)) yield entry;
  }
}
