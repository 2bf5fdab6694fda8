import { SentCodeStoreError, type StoreMetadata, type StoreOptions, type StoreSupport } from 'sent-code-store/store';
import type { Fixture } from 'sent-code-store/conformance';
import type { LocalRecord } from '../../../src/domain/state-machine.js';
import { LocalStore, type RecordChange } from '../../../src/core/local-store.js';
import { MemoryMetadata } from '../../../src/stores/memory/memory-metadata.js';
import { ManualClock } from './manual-clock.js';

/** What outlives the stores that are opened on it, as a database does. */
export class SharedData {
  readonly guilds = new Map<string, Map<string, LocalRecord>>();
  readonly metadata: StoreMetadata = new MemoryMetadata();
  /** While it is true, every access fails. */
  down = false;

  /** Fails if the data cannot be reached. */
  reach(): this {
    if (this.down) throw new SentCodeStoreError('STORE_UNAVAILABLE', 'The data cannot be reached.', { retryable: true });
    return this;
  }
}

/** A correct store with everything that a store can support: what broken ones are made from, and compared with. */
export class SharedMapStore extends LocalStore {
  readonly supports: StoreSupport = { claims: 'shared', times: true, sources: true, metadata: true, durable: true };
  protected readonly data: SharedData;

  constructor(data: SharedData, options: StoreOptions) {
    super(options, 'SharedMapStore');
    this.data = data;
  }

  protected override get metadata(): StoreMetadata {
    return this.data.reach().metadata;
  }

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.data.reach().guilds.get(guildId)?.get(code);
  }

  protected override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return this.data.reach().guilds.get(guildId) ?? [];
  }

  protected override guilds(): Iterable<string> {
    return this.data.reach().guilds.keys();
  }

  protected override async commit(changes: readonly RecordChange[]): Promise<void> {
    const { guilds } = this.data.reach();
    for (const { guildId, code, record } of changes) {
      const records = guilds.get(guildId) ?? new Map<string, LocalRecord>();
      if (record === undefined) records.delete(code);
      else records.set(code, record);
      if (records.size === 0) guilds.delete(guildId);
      else guilds.set(guildId, records);
    }
  }
}

/** A SharedMapStore, or a class made of it, with every hook that the kit knows. `freshOnReopen`: another store has other data. */
export function sharedMapFixture(
  Store: typeof SharedMapStore = SharedMapStore,
  remembers = { reopen: true, peer: true },
): Fixture {
  const clock = new ManualClock();
  let data = new SharedData();
  const opened: SharedMapStore[] = [];
  const open = (options: StoreOptions = {}): SharedMapStore => {
    const store = new Store(data, { clock, ...options });
    opened.push(store);
    return store;
  };
  const store = open();
  return {
    store,
    advance: async (ms) => clock.advance(ms),
    reopen: async (options) => {
      await opened.at(-1)?.close();
      if (!remembers.reopen) data = new SharedData();
      return open(options);
    },
    peer: async () => {
      if (!remembers.peer) data = new SharedData();
      return open();
    },
    outage: async () => {
      data.down = true;
      return async () => {
        data.down = false;
        return store;
      };
    },
    dispose: async () => {
      data.down = false;
      await Promise.all(opened.map((one) => one.close()));
    },
  };
}
