import { resolve } from 'node:path';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import { type LocalRecord, toCodeRecord } from '../../domain/state-machine.js';
import type { ScannedRecord, ScanScope, StoreMetadata } from '../../core/driver.js';
import { LocalDriver, type RecordChange } from '../../core/local-driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import { JsonFileMetadata } from './json-file-metadata.js';
import { testSeamsOf } from './test-seams.js';
import type { OpenFile } from './open-file.js';
import { openWritable } from './open-writable.js';
import type { JsonFileStoreOptions } from './options.js';
import { ReadOnlyFile } from './read-only-file.js';

/** What is known from the files, and the files themselves. */
export class JsonFileDriver extends LocalDriver {
  readonly supports: StoreSupport = { claims: 'process', times: true, sources: true, metadata: true, durable: true };
  readonly #fileOptions: JsonFileStoreOptions;
  /** As of the store's making: the process may change its folder later. */
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
    // Open: found while it was in use. Otherwise the next call opens it.
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
    return this.#file.read(keys, [], () => super.readRecords(keys));
  }

  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    const file = this.#file;
    const guilds = await file.read([], [], () => (scope.guildId === undefined ? [...file.records.guildIds()] : [scope.guildId]));
    for (const guildId of guilds) {
      for (const [code, local] of file.records.entries(guildId, scope.held === true)) {
        if (scope.held === true && local.state === 'sent') continue;
        yield { guildId, code, record: toCodeRecord(local, this.leaseClock()) };
      }
    }
  }

  override async *scanGuilds(): AsyncIterable<string> {
    yield* await this.#file.read([], [], () => [...this.guilds()]);
  }

  protected override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return this.#file.records.get(guildId, code);
  }

  protected override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return this.#file.records.entries(guildId);
  }

  protected override guilds(): Iterable<string> {
    return this.#file.records.guildIds();
  }

  protected override commit(changes: readonly RecordChange[]): Promise<void> {
    return this.#file.commit(changes);
  }

  get #file(): OpenFile {
    if (this.#open === undefined) throw new Error('The store is not open.');
    return this.#open;
  }
}
