import type { StoreSupport } from '../../../src/contract/support.js';
import type { CodeKey } from '../../../src/domain/codes.js';
import type { CodeRecord } from '../../../src/domain/record.js';
import type { LocalRecord } from '../../../src/domain/state-machine.js';
import { AbstractSentCodeStore } from '../../../src/core/abstract-store.js';
import { LocalDriver, type RecordChange } from '../../../src/core/local-driver.js';
import type { ResolvedStoreOptions, StoreOptions } from '../../../src/core/options.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreMetadata } from '../../../src/core/driver.js';

/**
 * How calls of a store end. `reject`: without effect. `lost-answer`: with effect, then an error. `stall`: nothing until the store works again, then the effect, late.
 * `stalled-answer`: the effect at once, the answer never before the store works again.
 */
export type Fault = 'none' | 'reject' | 'lost-answer' | 'stall' | 'stalled-answer';

/** What outlives a process: the data behind one or several {@link DiskStore}s, and how it behaves. */
export class Disk {
  records = new Map<string, Map<string, LocalRecord>>();
  metadata = new Map<string, string>();
  fault: Fault = 'none';
  calls = 0;
  /** Runs before each call of a store, with the name of its primitive: may wait, or throw in its place. */
  before: (step: string) => void | Promise<void> = () => undefined;
  /** Runs between the effect of a call and its answer: may wait, or throw in its place. */
  after: (step: string) => void | Promise<void> = () => undefined;
  /** Moves damaged data out of the way. */
  setAside: () => void = () => undefined;
  /** How often it was healed. */
  heals = 0;
  #waiting: (() => void)[] = [];

  heal(): void {
    this.fault = 'none';
    this.heals += 1;
    for (const go of this.#waiting.splice(0)) go();
  }

  waiting(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wipe(): void {
    this.records = new Map();
    this.metadata = new Map();
  }

  isSent(guildId: string, code: string): boolean {
    return this.records.get(guildId)?.get(code)?.state === 'sent';
  }

  has(guildId: string, code: string): boolean {
    return this.records.get(guildId)?.has(code) === true;
  }
}

/** A store over a {@link Disk}. A mirror's claims become uncertain when it opens, as a file's do; a shared store's go on. */
class DiskDriver extends LocalDriver {
  readonly supports: StoreSupport;
  readonly disk: Disk;
  /** The process that uses it is dead: nothing that it has under way has any effect. */
  dead = false;

  constructor(disk: Disk, kind: 'shared' | 'mirror' | 'witness', options: ResolvedStoreOptions) {
    super(options);
    this.disk = disk;
    this.supports = {
      claims: kind === 'shared' ? 'shared' : kind === 'mirror' ? 'process' : false,
      times: true,
      sources: true,
      receipts: true,
      metadata: kind !== 'witness',
      durable: true,
    };
  }

  async open(): Promise<void> {
    await this.#through('open', async () => {
      if (this.supports.claims !== 'process') return;
      for (const records of this.disk.records.values()) {
        for (const [code, record] of records) if (record.state === 'held') records.set(code, { ...record, leaseUntil: null });
      }
    });
  }

  async setAsideDamaged(): Promise<string> {
    this.disk.setAside();
    return 'elsewhere';
  }

  #died(): boolean {
    return this.dead;
  }

  async #through<T>(step: string, call: () => Promise<T>): Promise<T> {
    this.disk.calls += 1;
    await this.disk.before(step);
    const { fault, heals } = this.disk;
    if (this.dead || fault === 'reject') throw new Error(`${this.options.name} refuses`);
    if (fault === 'stall') await this.disk.waiting();
    if (this.#died() && this.supports.claims === 'process') throw new Error('dead');
    const result = await call();
    if (fault === 'lost-answer') throw new Error(`${this.options.name} lost the connection`);
    // A disk that was healed meanwhile wakes nobody any more.
    if (fault === 'stalled-answer' && heals === this.disk.heals) await this.disk.waiting();
    await this.disk.after(step);
    return result;
  }

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.disk.records.get(guildId)?.get(code);
  }

  protected override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return this.disk.records.get(guildId) ?? [];
  }

  protected override guilds(): Iterable<string> {
    return this.disk.records.keys();
  }

  protected override async commit(changes: readonly RecordChange[]): Promise<void> {
    for (const { guildId, code, record } of changes) {
      const records = this.disk.records.get(guildId) ?? new Map<string, LocalRecord>();
      if (record === undefined) records.delete(code);
      else records.set(code, record);
      this.disk.records.set(guildId, records);
      if (records.size === 0) this.disk.records.delete(guildId);
    }
  }

  override readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return this.#through('readRecords', () => super.readRecords(keys));
  }

  override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return this.#through('markRecords', () => super.markRecords(marks));
  }

  override claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    return this.#through('claimRecords', () => super.claimRecords(claim));
  }

  override settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    return this.#through('settleRecords', () => super.settleRecords(changes));
  }

  override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return this.#through('removeRecords', () => super.removeRecords(keys));
  }

  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    const found: ScannedRecord[] = [];
    await this.#through('scanRecords', async () => {
      for await (const record of super.scanRecords(scope)) found.push(record);
    });
    yield* found;
  }

  pingStore(): Promise<void> {
    return this.#through('pingStore', async () => undefined);
  }

  get metadata(): StoreMetadata {
    const { disk } = this;
    return {
      get: (keys) =>
        this.#through(
          'get',
          async () => new Map(keys.flatMap((key) => (disk.metadata.has(key) ? [[key, disk.metadata.get(key)!]] : []))),
        ),
      insert: (key, value) =>
        this.#through('insert', async () => {
          const kept = disk.metadata.get(key) ?? value;
          disk.metadata.set(key, kept);
          return kept;
        }),
      set: (entries) =>
        this.#through('set', async () => {
          for (const [key, value] of entries) disk.metadata.set(key, value);
        }),
      delete: (keys) =>
        this.#through('delete', async () => {
          for (const key of keys) disk.metadata.delete(key);
        }),
      list: (prefix) => this.#list(prefix),
    };
  }

  async *#list(prefix: string): AsyncIterable<readonly [string, string]> {
    const entries = await this.#through('list', async () => [...this.disk.metadata].filter(([key]) => key.startsWith(prefix)));
    yield* entries;
  }
}

/** A store over a {@link Disk}. */
export class DiskStore extends AbstractSentCodeStore<DiskDriver> {
  constructor(disk: Disk, kind: 'shared' | 'mirror' | 'witness', options: StoreOptions) {
    super((settings) => new DiskDriver(disk, kind, settings), options, kind);
  }

  /** The process that uses it is dead: nothing that it has under way has any effect. */
  set dead(dead: boolean) {
    this.driver.dead = dead;
  }
}
