import { SentCodeStoreError } from '../contract/errors.js';
import type { StoreSupport } from '../contract/support.js';
import { AbstractSentCodeStore } from '../core/abstract-store.js';
import type { ScannedRecord, ScanScope, StoreDriver, StoreMetadata, StorePrimitives } from '../core/driver.js';
import type { StoreOptions } from '../core/options.js';
import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';
import { strength, strongest } from '../stores/fallback/chain/record-strength.js';

/**
 * A database and the file beside it, for reading: the stronger of their two records counts, because
 * a mark that the file remembers from an outage may not be in the database yet. Both must answer.
 *
 * A `FallbackStore` in its place would need the file for itself, and would count as one more
 * process beside the running bot.
 */
export class BothStores extends AbstractSentCodeStore {
  readonly #members: readonly AbstractSentCodeStore[];

  constructor(members: readonly [AbstractSentCodeStore, AbstractSentCodeStore], primitives: Both, options: StoreOptions) {
    super(() => new BothDriver(primitives), options, `${members[0].name} and ${members[1].name}`);
    this.#members = members;
  }

  override async close(): Promise<void> {
    await super.close();
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

/** The primitives of the database and of the file. */
export type Both = readonly [StorePrimitives, StorePrimitives];

class BothDriver implements StoreDriver {
  readonly supports: StoreSupport = { claims: false, times: true, sources: true, receipts: true, metadata: true, durable: true };
  readonly metadata: StoreMetadata;
  readonly #both: Both;

  constructor(both: Both) {
    this.#both = both;
    const { metadata } = both[0];
    this.metadata = {
      get: (keys) => metadata.get(keys),
      list: (prefix) => metadata.list(prefix),
      insert: readOnly,
      set: readOnly,
      delete: readOnly,
    };
  }

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const answers = await Promise.all(this.#both.map((store) => store.readRecords(keys)));
    return keys.map((_, index) => strongest(answers.map((answer) => answer[index])));
  }

  async *scanRecords({ guildId, held }: ScanScope): AsyncGenerator<ScannedRecord, void, undefined> {
    for await (const guild of guildId === undefined ? this.scanGuilds() : [guildId]) {
      for (const record of (await this.#guild(guild)).values()) if (held !== true || record.record.state !== 'sent') yield record;
    }
  }

  async *scanGuilds(): AsyncGenerator<string, void, undefined> {
    const seen = new Set<string>();
    for (const store of this.#both) {
      for await (const guildId of store.scanGuilds()) {
        if (seen.has(guildId)) continue;
        seen.add(guildId);
        yield guildId;
      }
    }
  }

  async pingStore(): Promise<void> {
    await Promise.all(this.#both.map((store) => store.pingStore()));
  }

  markRecords(): Promise<never> {
    return readOnly();
  }

  removeRecords(): Promise<never> {
    return readOnly();
  }

  removeGuild(): Promise<never> {
    return readOnly();
  }

  /** The records of one guild, held in memory. */
  async #guild(guildId: string): Promise<Map<string, ScannedRecord>> {
    const records = new Map<string, ScannedRecord>();
    for (const store of this.#both) {
      for await (const found of store.scanRecords({ guildId })) {
        if (strength(found.record) > strength(records.get(found.code)?.record)) records.set(found.code, found);
      }
    }
    return records;
  }
}

async function readOnly(): Promise<never> {
  throw new SentCodeStoreError('STORE_READ_ONLY', 'The two stores were opened for reading.');
}
