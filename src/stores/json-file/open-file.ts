import type { CodeKey } from '../../domain/codes.js';
import type { RecordChange } from '../../core/local-driver.js';
import type { MetadataChange, Records } from './records/records.js';

/** The files of a store, open for writing or beside a writer. */
export interface OpenFile {
  /** All records of the files. To be used inside {@link OpenFile.read} only. */
  readonly records: Records;
  /**
   * Runs `look` when the records are current and those under the keys are durable. `look` must not
   * wait.
   */
  read<T>(keys: readonly CodeKey[], metadataKeys: readonly string[], look: () => T): Promise<T>;
  /**
   * Makes changes visible before it returns, and resolves when they and all before them are
   * durable.
   */
  commit(changes: readonly RecordChange[], metadata?: readonly MetadataChange[]): Promise<void>;
  /**
   * Resolves when what is visible under the keys is durable. Rejects if that is taken back, or if
   * the records are no evidence any more.
   */
  settled(keys: readonly CodeKey[]): Promise<void>;
  /** Rejects if the files cannot be used. */
  ping(): Promise<void>;
  /** Waits for what is under way, then lets go of everything. */
  close(): Promise<void>;
}
