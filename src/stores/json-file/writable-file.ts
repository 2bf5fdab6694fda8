import type { CodeKey } from '../../domain/codes.js';
import type { RecordChange } from '../../core/local-driver.js';
import { Compaction } from './compaction.js';
import type { FileLock } from '../../files/lock/file-lock.js';
import { GroupCommit } from './journal/group-commit.js';
import type { JournalFile } from './journal/journal-file.js';
import type { OpenFile } from './open-file.js';
import type { RecordCodec } from './records/record-codec.js';
import type { MetadataChange, Records } from './records/records.js';

/** The parts of a {@link WritableFile}. */
export interface WritableFileDependencies {
  readonly records: Records;
  readonly codec: RecordCodec;
  readonly journal: JournalFile;
  readonly lock: FileLock;
  readonly compaction: Omit<ConstructorParameters<typeof Compaction>[0], 'commits' | 'lock' | 'records' | 'codec'>;
}

/** The files of a store, open for writing under its lock. */
export class WritableFile implements OpenFile {
  readonly records: Records;
  readonly #commits: GroupCommit;
  readonly #lock: FileLock;
  readonly #compaction: Compaction;
  #lost: Error | undefined;

  constructor({ records, codec, journal, lock, compaction }: WritableFileDependencies) {
    this.records = records;
    this.#lock = lock;
    this.#commits = new GroupCommit({
      records,
      codec,
      journal,
      mayWrite: () => this.#checkLock(),
      onDurable: () => this.#compaction.consider(),
    });
    this.#compaction = new Compaction({ ...compaction, records, codec, lock, commits: this.#commits });
    this.#compaction.consider();
  }

  async read<T>(keys: readonly CodeKey[], metadataKeys: readonly string[], look: () => T): Promise<T> {
    for (;;) {
      this.#checkCurrent();
      const pending = this.#commits.pending(keys, metadataKeys);
      if (pending === undefined) return look();
      // Taken back or durable: the next look tells.
      await pending.catch(() => undefined);
    }
  }

  commit(changes: readonly RecordChange[], metadata: readonly MetadataChange[] = []): Promise<void> {
    this.#checkCurrent();
    return this.#commits.commit(changes, metadata);
  }

  async settled(keys: readonly CodeKey[]): Promise<void> {
    this.#checkCurrent();
    await (this.#commits.pending(keys) ?? this.#commits.repaired());
  }

  async ping(): Promise<void> {
    await this.#commits.repair();
  }

  /** Folds the journals into a snapshot, whatever their size. */
  async compact(): Promise<void> {
    await this.#compaction.run();
  }

  /** {@link WritableFile.compact}, but a failure is only logged: the store works without it. */
  async tryToCompact(): Promise<void> {
    await this.#compaction.tryToRun();
  }

  async close(): Promise<void> {
    await this.#compaction.stop();
    await this.#commits.settled().catch(() => undefined);
    if (this.#lost === undefined && this.#commits.journal.changed === undefined) await this.#compaction.finish();
    await this.#commits.journal.close();
    await this.#lock.release();
  }

  /** Throws once another process may have written: then the memory is no evidence any more. */
  #checkCurrent(): void {
    const lost = this.#lost ?? this.#commits.journal.changed;
    if (lost !== undefined) throw lost;
  }

  #checkLock(): void {
    try {
      this.#lock.check();
    } catch (error) {
      this.#lost = error as Error;
      throw error;
    }
  }
}
