import type { StoreSupport } from '../../contract/support.js';
import type { LocalRecord } from '../../domain/state-machine.js';
import { LocalStore, type RecordChange } from '../../core/local-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import type { StoreMetadata } from '../../core/primitives.js';
import { MemoryMetadata } from './memory-metadata.js';

/** Options of a {@link MemoryStore}. */
export type MemoryStoreOptions = StoreOptions;

/**
 * A store that forgets everything with its process: the reference for what a store does, and for a bot's own tests. Claims exclude others in
 * this process.
 */
export class MemoryStore extends LocalStore {
  readonly supports: StoreSupport = { claims: 'process', times: true, sources: true, metadata: true, durable: false };
  readonly #guilds = new Map<string, Map<string, LocalRecord>>();
  readonly #metadata = new MemoryMetadata();

  constructor(options: MemoryStoreOptions = {}) {
    checkOptions(storeOptionsSchema, options, 'MemoryStore');
    super(options, 'MemoryStore');
  }

  protected override get metadata(): StoreMetadata {
    return this.#metadata;
  }

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.#guilds.get(guildId)?.get(code);
  }

  protected override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return this.#guilds.get(guildId) ?? [];
  }

  protected override guilds(): Iterable<string> {
    return this.#guilds.keys();
  }

  protected override async commit(changes: readonly RecordChange[]): Promise<void> {
    for (const { guildId, code, record } of changes) {
      const records = this.#guilds.get(guildId) ?? new Map<string, LocalRecord>();
      if (record === undefined) records.delete(code);
      else records.set(code, record);
      if (records.size === 0) this.#guilds.delete(guildId);
      else this.#guilds.set(guildId, records);
    }
  }
}
