import { resolve } from 'node:path';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import type { LocalRecord } from '../../domain/state-machine.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreMetadata } from '../../core/driver.js';
import { LocalDriver, type RecordChange, type RecordEntry } from '../../core/local-driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import { JsonFileMetadata } from './json-file-metadata.js';
import { testSeamsOf } from './test-seams.js';
import type { OpenFile } from './open-file.js';
import { openWritable } from './open-writable.js';
import type { JsonFileStoreOptions } from './options.js';
import { ReadOnlyFile } from './read-only-file.js';

/** The driver of a JsonFileStore: the records in memory, and the files. */
export class JsonFileDriver extends LocalDriver {
  readonly supports: StoreSupport = {
    claims: 'process',
    times: true,
    sources: true,
    receipts: true,
    metadata: true,
    durable: true,
  };
  readonly #fileOptions: JsonFileStoreOptions;
  /** Absolute from the beginning: the process may change its folder later. */
  readonly #path: string;
  #open: OpenFile | undefined;
  #recover = false;

  constructor(settings: ResolvedStoreOptions, fileOptions: JsonFileStoreOptions) {
    super(settings);
    this.#fileOptions = fileOptions;
    this.#path = resolve(fileOptions.path);
  }

  async open(): Promise<void> {
    const path = this.#path;
    const { create = 'if-missing', lockTimeoutMs = 0, readOnly = false } = this.#fileOptions;
    const recover = this.#recover || this.#fileOptions.recover === true;
    const { clock, randomId, logger } = this.options;
    const seams = testSeamsOf(this.#fileOptions);
    this.#open = readOnly
      ? await ReadOnlyFile.open({ path, clock, seams })
      : await openWritable({ path, create, lockTimeoutMs, recover, clock, randomId, logger, seams });
  }

  async pingStore(): Promise<void> {
    await this.#file.ping();
  }

  async setAsideDamaged(): Promise<string> {
    this.#recover = true;
    // If the store is open, the damage was found in use. Otherwise the next call opens it.
    if (this.#open !== undefined) {
      await this.close();
      await this.open();
    }
    return `${this.#fileOptions.path}.damaged-*`;
  }

  async close(): Promise<void> {
    const file = this.#open;
    this.#open = undefined;
    await file?.close();
  }

  get metadata(): StoreMetadata {
    return new JsonFileMetadata(this.#file, this.#fileOptions.readOnly === true);
  }

  override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    await this.#ready(keys);
    return this.#file.read(keys, [], () => super.readRecords(keys));
  }

  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    await this.#ready(marks);
    return super.markRecords(marks);
  }

  override async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    await this.#ready([claim]);
    return super.claimRecords(claim);
  }

  override async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    await this.#ready(changes);
    return super.settleRecords(changes);
  }

  override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    await this.#ready(keys);
    return super.removeRecords(keys);
  }

  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    await this.#current();
    yield* super.scanRecords(scope);
  }

  override async *scanGuilds(): AsyncIterable<string> {
    await this.#current();
    yield* super.scanGuilds();
  }

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.#file.records.get(guildId, code);
  }

  protected override recordsOf(guildId: string, heldOnly: boolean): Iterable<RecordEntry | undefined> {
    return this.#file.records.entries(guildId, heldOnly);
  }

  protected override guilds(): Iterable<string> {
    return this.#file.records.guildIds();
  }

  protected override commit(changes: readonly RecordChange[]): Promise<void> {
    return this.#file.commit(changes);
  }

  /** Brings the records up to date with the files. Rejects if they are no evidence any more. */
  async #current(): Promise<void> {
    await this.#file.read([], [], () => undefined);
  }

  /** Makes the indexes of these guilds, with pauses. A look-up has no pauses. */
  async #ready(keys: readonly { readonly guildId: string }[]): Promise<void> {
    const { records } = this.#file;
    for (;;) {
      const unready = keys.find(({ guildId }) => !records.isReady(guildId));
      if (unready === undefined) return;
      await records.makeReady(unready.guildId);
    }
  }

  get #file(): OpenFile {
    if (this.#open === undefined) throw new Error('The store is not open.');
    return this.#open;
  }
}
