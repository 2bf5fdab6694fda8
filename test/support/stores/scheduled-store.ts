import type { Scheduler } from 'fast-check';
import type {
  ClaimWrite,
  CodeKey,
  CodeRecord,
  Mark,
  ScannedRecord,
  ScanScope,
  Settlement,
  StoreMetadata,
  StoreOptions,
} from 'sent-code-store/store';
import { type SharedData, SharedMapDriver, SharedMapStore } from './shared-map-store.js';

type Records = Promise<readonly (CodeRecord | undefined)[]>;

class ScheduledDriver extends SharedMapDriver {
  // Two keys at a time: batches take several steps.
  override readonly chunkSize = 2;
  scheduler: Scheduler | undefined;

  async #turn<T>(step: string, work: () => Promise<T>): Promise<T> {
    await this.scheduler?.schedule(Promise.resolve(), `${this.options.name}: ${step}`);
    return work();
  }

  override readRecords(keys: readonly CodeKey[]): Records {
    return this.#turn('read', () => super.readRecords(keys));
  }

  override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return this.#turn('mark', () => super.markRecords(marks));
  }

  override claimRecords(claim: ClaimWrite): Records {
    return this.#turn('claim', () => super.claimRecords(claim));
  }

  override settleRecords(changes: readonly Settlement[]): Records {
    return this.#turn(changes[0]?.event.type ?? 'nothing', () => super.settleRecords(changes));
  }

  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    for await (const record of super.scanRecords(scope)) {
      yield record;
      await this.scheduler?.schedule(Promise.resolve(), `${this.options.name}: scan`);
    }
  }

  override get metadata(): StoreMetadata {
    const kept = super.metadata;
    return {
      get: (keys) => this.#turn('get', () => kept.get(keys)),
      insert: (key, value) => this.#turn('insert', () => kept.insert(key, value)),
      set: (entries) => this.#turn('set', () => kept.set(entries)),
      delete: (keys) => this.#turn('delete', () => kept.delete(keys)),
      list: (prefix) => kept.list(prefix),
    };
  }
}

/**
 * One process of several on the same data. Each of its steps takes effect at once, as on a database, but waits for a scheduler before it, so
 * that a property test tries the orders in which the steps of all processes can come.
 */
export class ScheduledStore extends SharedMapStore {
  constructor(scheduler: Scheduler, data: SharedData, options: StoreOptions) {
    super(data, options, ScheduledDriver);
    this.driverOf(ScheduledDriver).scheduler = scheduler;
  }
}
