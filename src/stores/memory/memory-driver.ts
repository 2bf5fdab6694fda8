import type { StoreSupport } from '../../contract/support.js';
import type { LocalRecord } from '../../domain/state-machine.js';
import { LocalDriver, type RecordChange, type RecordEntry } from '../../core/local-driver.js';
import { presentEntries } from '../../core/turns.js';
import { MemoryMetadata } from './memory-metadata.js';

/** Records and metadata in maps. */
export class MemoryDriver extends LocalDriver {
  readonly supports: StoreSupport = {
    claims: 'process',
    times: true,
    sources: true,
    receipts: true,
    metadata: true,
    durable: false,
  };
  readonly metadata = new MemoryMetadata();
  readonly #guilds = new Map<string, Map<string, LocalRecord>>();

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.#guilds.get(guildId)?.get(code);
  }

  protected override recordsOf(guildId: string): Iterable<RecordEntry> {
    return presentEntries(this.#guilds.get(guildId) ?? new Map<string, LocalRecord>());
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
