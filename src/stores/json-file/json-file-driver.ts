import { resolve } from 'node:path';
import type { Claim } from '../../contract/claims.js';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import type { LocalRecord } from '../../domain/state-machine.js';
import type { ClaimWrite, Confirmation, Mark, ScannedRecord, ScanScope, Settlement, StoreMetadata } from '../../core/driver.js';
import { LocalDriver, type RecordChange, type RecordEntry } from '../../core/local-driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import { isLost } from '../../core/owner-steps.js';
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
    if (!this.#isReady(keys)) await this.#ready(keys);
    return this.#file.read(keys, [], () => super.readRecords(keys));
  }

  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    if (!this.#isReady(marks)) await this.#ready(marks);
    return super.markRecords(marks);
  }

  async confirmRecords(claim: Claim, marks: readonly Mark[]): Promise<readonly Confirmation[]> {
    // A read-only store refuses every mark but one of a code that was sent.
    if (this.#fileOptions.readOnly === true) await this.#current();
    if (!this.#isReady(marks)) await this.#ready(marks);
    // No pause before the marks: they find what the owner had.
    const before = marks.map(({ guildId, code }) => this.lookUp(guildId, code));
    const made = await super.markRecords(marks);
    return before.map((record, index) => ({ isMarked: made[index] === true, isLost: isLost(record, claim.token) }));
  }

  async markWithMetadata(marks: readonly Mark[], entries: ReadonlyMap<string, string>): Promise<readonly boolean[]> {
    if (!this.#isReady(marks)) await this.#ready(marks);
    // Without a pause in between, so both are in one line of the journal, or the metadata is in an
    // earlier one. What cannot be written is taken back together.
    const noted = this.#file.commit([], [...entries]);
    const [made] = await Promise.all([super.markRecords(marks), noted]);
    return made;
  }

  /** A mark looks its code up, and writes nothing if the code was sent before. */
  mayMarkUnread(): boolean {
    return this.#fileOptions.readOnly !== true;
  }

  /** A claim looks its codes up. */
  mayClaimUnread(): boolean {
    return true;
  }

  override async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    if (!this.#isReady([claim])) await this.#ready([claim]);
    return super.claimRecords(claim);
  }

  override async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    if (!this.#isReady(changes)) await this.#ready(changes);
    return super.settleRecords(changes);
  }

  override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    if (!this.#isReady(keys)) await this.#ready(keys);
    return super.removeRecords(keys);
  }

  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    await this.#current();
    if (scope.guildId === undefined) await this.#file.records.readGuildIds();
    yield* super.scanRecords(scope);
  }

  override async *scanGuilds(): AsyncIterable<string> {
    await this.#current();
    await this.#file.records.readGuildIds();
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

  protected override commit(changes: readonly RecordChange[], keys: readonly CodeKey[]): Promise<void> {
    return changes.length === 0 ? this.#file.settled(keys) : this.#file.commit(changes);
  }

  /** Brings the records up to date with the files. Rejects if they are no evidence any more. */
  async #current(): Promise<void> {
    await this.#file.read([], [], () => undefined);
  }

  /** Makes the indexes of these guilds, with pauses. A look-up has no pauses. */
  async #ready(keys: readonly { readonly guildId: string }[]): Promise<void> {
    const { records } = this.#file;
    while (!this.#isReady(keys)) for (const { guildId } of keys) await records.makeReady(guildId);
  }

  /** Whether these guilds have their indexes. Then nothing is waited for before the look-up. */
  #isReady(keys: readonly { readonly guildId: string }[]): boolean {
    const { records } = this.#file;
    let last: string | undefined;
    for (const { guildId } of keys) {
      // Most calls are about one guild.
      if (guildId !== last && !records.isReady(guildId)) return false;
      last = guildId;
    }
    return true;
  }

  get #file(): OpenFile {
    if (this.#open === undefined) throw new Error('The store is not open.');
    return this.#open;
  }
}
