import { Collection } from './collection.js';
import { CommandError } from './errors.js';

/** Databases and their collections, in memory. */
export class Storage {
  readonly #databases = new Map<string, Map<string, Collection>>();

  /** The collection if it exists. Reads do not create one. */
  find(database: string, name: string): Collection | undefined {
    return this.#databases.get(database)?.get(name);
  }

  /** The collection, created with its first write. */
  open(database: string, name: string, locale?: string): Collection {
    const existing = this.find(database, name);
    if (existing) return existing;
    if (name === '' || name.includes('$') || name.includes('\0')) {
      throw new CommandError(73, 'InvalidNamespace', `Invalid namespace specified '${database}.${name}'`);
    }
    const collection = new Collection(`${database}.${name}`, locale);
    const collections = this.#databases.get(database) ?? new Map<string, Collection>();
    this.#databases.set(database, collections.set(name, collection));
    return collection;
  }

  drop(database: string, name: string): boolean {
    return this.#databases.get(database)?.delete(name) ?? false;
  }

  dropDatabase(database: string): void {
    this.#databases.delete(database);
  }

  databases(): string[] {
    return [...this.#databases].filter(([, collections]) => collections.size > 0).map(([name]) => name);
  }

  collections(database: string): string[] {
    return [...(this.#databases.get(database)?.keys() ?? [])];
  }
}
