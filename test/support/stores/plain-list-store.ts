import {
  AbstractSentCodeStore,
  type CodeKey,
  type CodeRecord,
  type Mark,
  type ScannedRecord,
  type ScanScope,
  type StoreSupport,
} from 'sent-code-store/store';
import type { Fixture } from 'sent-code-store/conformance';

/** The least that a store can be: knows which codes were sent, and nothing else. */
export class PlainListStore extends AbstractSentCodeStore {
  readonly supports: StoreSupport = { claims: false, times: false, sources: false, metadata: false, durable: false };
  readonly sent = new Map<string, CodeKey>();

  constructor() {
    super({}, 'PlainListStore');
  }

  protected override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return keys.map((key) => (this.sent.has(JSON.stringify([key.guildId, key.code])) ? this.recordOf() : undefined));
  }

  protected override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return marks.map(({ guildId, code }) => {
      const before = this.sent.size;
      this.sent.set(JSON.stringify([guildId, code]), { guildId, code });
      return this.sent.size > before;
    });
  }

  protected override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    if (scope.held === true) return;
    for (const key of [...this.sent.values()]) {
      if (scope.guildId === undefined || scope.guildId === key.guildId) yield { ...key, record: this.recordOf() };
    }
  }

  protected override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return keys.filter(({ guildId, code }) => this.sent.delete(JSON.stringify([guildId, code]))).length;
  }

  protected override async removeGuild(guildId: string): Promise<number> {
    return this.removeRecords([...this.sent.values()].filter((key) => key.guildId === guildId));
  }

  protected recordOf(): CodeRecord {
    return { state: 'sent', source: null, sentAt: null };
  }
}

/** A PlainListStore, or a class made of it. */
export function plainListFixture(Store: typeof PlainListStore = PlainListStore): Fixture {
  const store = new Store();
  return { store, dispose: () => store.close() };
}
