import type { CodeKey } from '../../../domain/codes.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import type { JournalEntry } from './journal-entries.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';

/**
 * Changes that become durable together: one line of the journal, one sync. They are in memory already; the group knows what was there before,
 * and takes it back if the line cannot be written.
 */
export class ChangeGroup {
  /** Resolves when the changes are durable; rejects when they were taken back. */
  readonly done: Promise<void>;
  /** To be called with the outcome. */
  readonly settle: (error?: Error) => void;
  readonly #records = new Map<string, Map<string, LocalRecord | undefined>>();
  readonly #metadata = new Map<string, string | undefined>();

  constructor() {
    let settle: ChangeGroup['settle'] | undefined;
    this.done = new Promise((resolve, reject) => {
      settle = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    // A group whose callers all went away still fails.
    this.done.catch(() => undefined);
    this.settle = (error) => settle?.(error);
  }

  /** Changes a record in memory, and remembers what was there. */
  setRecord(records: Records, { guildId, code }: CodeKey, record: LocalRecord | undefined): void {
    let guild = this.#records.get(guildId);
    if (guild === undefined) this.#records.set(guildId, (guild = new Map<string, LocalRecord | undefined>()));
    if (!guild.has(code)) guild.set(code, records.get(guildId, code));
    records.set(guildId, code, record);
  }

  /** Changes the store's own metadata in memory, and remembers what was there. */
  setMetadata(records: Records, key: string, value: string | undefined): void {
    if (!this.#metadata.has(key)) this.#metadata.set(key, records.metadata.get(key));
    setOrDelete(records.metadata, key, value);
  }

  /** Whether one of these records or keys of metadata is among the changes. */
  touches(keys: readonly CodeKey[], metadataKeys: readonly string[]): boolean {
    return (
      keys.some(({ guildId, code }) => this.#records.get(guildId)?.has(code) === true) ||
      metadataKeys.some((key) => this.#metadata.has(key))
    );
  }

  /** The changes as a line of the journal. To be asked for while no later group has changed the same records. */
  toEntry(records: Records, codec: RecordCodec): JournalEntry {
    return {
      changes: [...this.#records].map(([guildId, before]) => [
        guildId,
        [...before.keys()].map((code) => codec.encode(code, records.get(guildId, code))),
      ]),
      metadata: [...this.#metadata.keys()].map((key) => [key, records.metadata.get(key) ?? null]),
    };
  }

  /** Takes the changes back. Later groups first. */
  undo(records: Records): void {
    for (const [guildId, before] of this.#records) for (const [code, record] of before) records.set(guildId, code, record);
    for (const [key, value] of this.#metadata) setOrDelete(records.metadata, key, value);
  }
}

function setOrDelete(map: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
