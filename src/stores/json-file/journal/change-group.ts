import type { CodeKey } from '../../../domain/codes.js';
import type { RecordChange } from '../../../core/local-driver.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import type { JournalEntry } from './journal-entries.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';

/**
 * Characters of codes and metadata that fill a group: a line of the journal has to fit into a
 * string, and is made without a pause.
 */
const MOST_CHARACTERS = 1_000_000;

/** A change of a record or of a piece of metadata. */
interface Change<T> {
  readonly before: T | undefined;
  after: T | undefined;
}

/**
 * Changes that become durable together: one line of the journal, one sync. They are in memory
 * already; the group knows what was there before, and takes it back if the line cannot be written.
 */
export class ChangeGroup {
  /** Resolves when the changes are durable; rejects when they were taken back. */
  readonly done: Promise<void>;
  /** To be called with the outcome. */
  readonly settle: (error?: Error) => void;
  readonly #records = new Map<string, Map<string, Change<LocalRecord>>>();
  readonly #metadata = new Map<string, Change<string>>();
  #characters = 0;

  constructor() {
    let settle: ChangeGroup['settle'] | undefined;
    this.done = new Promise((resolve, reject) => {
      settle = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    // A group may fail when no caller waits for it any more.
    this.done.catch(() => undefined);
    this.settle = (error) => settle?.(error);
  }

  /** Whether further callers should begin another group. What one call changes is never divided. */
  get isFull(): boolean {
    return this.#characters >= MOST_CHARACTERS;
  }

  /** Changes a record in memory, and remembers what was there. */
  setRecord(records: Records, { guildId, code, before, record }: RecordChange): void {
    let guild = this.#records.get(guildId);
    if (guild === undefined) this.#records.set(guildId, (guild = new Map<string, Change<LocalRecord>>()));
    const change = guild.get(code);
    if (change === undefined) {
      guild.set(code, { before, after: record });
      this.#characters += code.length;
    } else change.after = record;
    records.set(guildId, code, record);
  }

  /** Changes the store's own metadata in memory, and remembers what was there. */
  setMetadata(records: Records, key: string, value: string | undefined): void {
    const change = this.#metadata.get(key);
    if (change === undefined) this.#metadata.set(key, { before: records.metadata.get(key), after: value });
    else change.after = value;
    this.#characters += key.length + (value?.length ?? 0);
    setOrDelete(records.metadata, key, value);
  }

  /** Whether one of these records or keys of metadata is among the changes. */
  touches(keys: readonly CodeKey[], metadataKeys: readonly string[]): boolean {
    return (
      keys.some(({ guildId, code }) => this.#records.get(guildId)?.has(code) === true) ||
      metadataKeys.some((key) => this.#metadata.has(key))
    );
  }

  /**
   * The changes as a line of the journal: each record as this group left it, whatever later groups
   * changed.
   */
  toEntry(codec: RecordCodec): JournalEntry {
    return {
      changes: [...this.#records].map(([guildId, changes]) => [
        guildId,
        [...changes].map(([code, { after }]) => codec.encode(code, after)),
      ]),
      metadata: [...this.#metadata].map(([key, { after }]) => [key, after ?? null]),
    };
  }

  /** Takes the changes back. To be called on later groups first. */
  undo(records: Records): void {
    for (const [guildId, changes] of this.#records) {
      for (const [code, { before }] of changes) records.set(guildId, code, before);
    }
    for (const [key, { before }] of this.#metadata) setOrDelete(records.metadata, key, before);
  }
}

function setOrDelete(map: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
