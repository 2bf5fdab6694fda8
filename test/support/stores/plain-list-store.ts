import {
  AbstractSentCodeStore,
  type CodeKey,
  type CodeRecord,
  type Mark,
  type ScannedRecord,
  type ScanScope,
  type StoreDriver,
} from 'sent-code-store/store';
import type { Fixture } from 'sent-code-store/conformance';

/** What a {@link PlainListStore} hands over. */
export class PlainListDriver implements StoreDriver {
  readonly supports = { claims: false, times: false, sources: false, receipts: false, metadata: false, durable: false } as const;
  readonly #sent = new Map<string, CodeKey>();

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return keys.map((key) => (this.#sent.has(JSON.stringify([key.guildId, key.code])) ? this.recordOf() : undefined));
  }

  async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return marks.map(({ guildId, code }) => {
      const before = this.#sent.size;
      this.#sent.set(JSON.stringify([guildId, code]), { guildId, code });
      return this.#sent.size > before;
    });
  }

  async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    if (scope.held === true) return;
    for (const key of [...this.#sent.values()]) {
      if (scope.guildId === undefined || scope.guildId === key.guildId) yield { ...key, record: this.recordOf() };
    }
  }

  async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return keys.filter(({ guildId, code }) => this.#sent.delete(JSON.stringify([guildId, code]))).length;
  }

  async removeGuild(guildId: string): Promise<number> {
    return this.removeRecords([...this.#sent.values()].filter((key) => key.guildId === guildId));
  }

  recordOf(): CodeRecord {
    return { state: 'sent', source: null, sentAt: null };
  }
}

/** The least that a store can be: knows which codes were sent, and nothing else. */
export class PlainListStore extends AbstractSentCodeStore<PlainListDriver> {
  constructor(Driver = PlainListDriver) {
    super(() => new Driver(), {}, 'PlainListStore');
  }
}

/** A PlainListStore, or one of a class that is made of it or of its driver. */
export function plainListFixture(Kind: (new () => PlainListStore) | typeof PlainListDriver = PlainListStore): Fixture {
  const made = new Kind();
  const store = made instanceof PlainListStore ? made : new PlainListStore(Kind as typeof PlainListDriver);
  return { store, dispose: () => store.close() };
}
