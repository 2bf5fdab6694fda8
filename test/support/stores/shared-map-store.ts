import { type Clock, SentCodeStoreError, type StoreMetadata, type StoreOptions, type StoreSupport } from 'sent-code-store/store';
import type { Fixture } from 'sent-code-store/conformance';
import type { LocalRecord } from '../../../src/domain/state-machine.js';
import { AbstractSentCodeStore } from '../../../src/core/abstract-store.js';
import { LocalDriver, type RecordWrite } from '../../../src/core/local-driver.js';
import { presentEntries } from '../../../src/core/turns.js';
import type { ResolvedStoreOptions } from '../../../src/core/options.js';
import { MemoryMetadata } from '../../../src/stores/memory/memory-metadata.js';
import { ManualClock } from './manual-clock.js';

/** What outlives the stores that are opened on it, as a database does. */
export class SharedData {
  readonly guilds = new Map<string, Map<string, LocalRecord>>();
  readonly metadata: StoreMetadata = new MemoryMetadata();
  /** What all processes go by, as they do by a database server's. Without it there is one process, which goes by its own. */
  readonly clock: Clock | undefined;
  /** While it is true, every access fails. */
  down = false;

  constructor(clock?: Clock) {
    this.clock = clock;
  }

  /** Fails if the data cannot be reached. */
  reach(): this {
    if (this.down) throw new SentCodeStoreError('STORE_UNAVAILABLE', 'The data cannot be reached.', { retryable: true });
    return this;
  }
}

/** What a {@link SharedMapStore} hands over. */
export class SharedMapDriver extends LocalDriver {
  readonly supports: StoreSupport = {
    claims: 'shared',
    times: true,
    sources: true,
    receipts: true,
    metadata: true,
    durable: true,
  };
  readonly chunkSize: number = 1000;
  readonly data: SharedData;

  constructor(data: SharedData, options: ResolvedStoreOptions) {
    super(options);
    this.data = data;
  }

  get metadata(): StoreMetadata {
    return this.data.reach().metadata;
  }

  override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.data.reach().guilds.get(guildId)?.get(code);
  }

  override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return presentEntries(this.data.reach().guilds.get(guildId) ?? new Map<string, LocalRecord>());
  }

  override guilds(): Iterable<string> {
    return this.data.reach().guilds.keys();
  }

  override async commit(changes: readonly RecordWrite[]): Promise<void> {
    const { guilds } = this.data.reach();
    for (const { guildId, code, record } of changes) {
      const records = guilds.get(guildId) ?? new Map<string, LocalRecord>();
      if (record === undefined) records.delete(code);
      else records.set(code, record);
      if (records.size === 0) guilds.delete(guildId);
      else guilds.set(guildId, records);
    }
  }

  override leaseClock(): number {
    return this.data.clock?.monotonic() ?? super.leaseClock();
  }

  async open(): Promise<void> {
    // Nothing to open: here for drivers that are made from this one.
  }

  async close(): Promise<void> {
    // Nothing to let go of.
  }

  async pingStore(): Promise<void> {
    // Always there.
  }
}

/** A correct store with everything that a store can support: what broken ones are made from, and compared with. */
export class SharedMapStore extends AbstractSentCodeStore<SharedMapDriver> {
  constructor(data: SharedData, options: StoreOptions, Driver = SharedMapDriver) {
    super((settings) => new Driver(data, settings), options, 'SharedMapStore');
  }

  /** The driver, of the class that the store was made with. */
  protected driverOf<D extends SharedMapDriver>(Driver: new (data: SharedData, options: ResolvedStoreOptions) => D): D {
    if (!(this.driver instanceof Driver)) throw new Error(`The store was made with another driver than ${Driver.name}.`);
    return this.driver;
  }
}

/** A class that makes a store, or a driver for one. */
export type SharedMapKind = (new (data: SharedData, options: StoreOptions) => SharedMapStore) | typeof SharedMapDriver;

function openShared(Kind: SharedMapKind, data: SharedData, options: StoreOptions): SharedMapStore {
  return isDriver(Kind) ? new SharedMapStore(data, options, Kind) : new Kind(data, options);
}

function isDriver(Kind: SharedMapKind): Kind is typeof SharedMapDriver {
  return Kind === SharedMapDriver || Kind.prototype instanceof SharedMapDriver;
}

/** A SharedMapStore, or one of a class that is made of it or of its driver, with every hook that the kit knows. */
export function sharedMapFixture(Kind: SharedMapKind = SharedMapStore, remembers = { reopen: true, peer: true }): Fixture {
  const clock = new ManualClock();
  let data = new SharedData(clock);
  const opened: SharedMapStore[] = [];
  const open = (options: StoreOptions = {}): SharedMapStore => {
    const store = openShared(Kind, data, { clock, ...options });
    opened.push(store);
    return store;
  };
  const store = open();
  return {
    store,
    advance: async (ms) => clock.advance(ms),
    reopen: async (options) => {
      await opened.at(-1)?.close();
      if (!remembers.reopen) data = new SharedData(clock);
      return open(options);
    },
    peer: async (process) => {
      if (!remembers.peer) data = new SharedData(clock);
      return open({ clock: process.clock(clock) });
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
