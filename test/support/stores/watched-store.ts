import type { ClaimWrite, CodeKey, CodeRecord, Mark, Settlement, StoreOptions } from 'sent-code-store/store';
import { SharedData, SharedMapDriver, SharedMapStore } from './shared-map-store.js';

type Records = Promise<readonly (CodeRecord | undefined)[]>;

/** A driver that takes three keys at a time, writes down each access to its data, and fails those that a test chose. */
export class WatchedDriver extends SharedMapDriver {
  override readonly chunkSize = 3;
  /** `readRecords A B C`: each access, with its codes. */
  readonly log: string[] = [];
  /** What an access fails with; `undefined`: it does not. */
  failure: (access: string) => Error | undefined = () => undefined;

  #watch(name: string, keys: readonly { readonly code: string }[]): void {
    const access = [name, ...keys.map(({ code }) => code)].join(' ');
    this.log.push(access);
    const failure = this.failure(access);
    if (failure !== undefined) throw failure;
  }

  override async readRecords(keys: readonly CodeKey[]): Records {
    this.#watch('readRecords', keys);
    return super.readRecords(keys);
  }

  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    this.#watch('markRecords', marks);
    return super.markRecords(marks);
  }

  override async claimRecords(claim: ClaimWrite): Records {
    this.#watch('claimRecords', claim.holds);
    return super.claimRecords(claim);
  }

  override async settleRecords(changes: readonly Settlement[]): Records {
    this.#watch('settleRecords', changes);
    return super.settleRecords(changes);
  }

  override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    this.#watch('removeRecords', keys);
    return super.removeRecords(keys);
  }
}

/** A store with a {@link WatchedDriver}, or one made of it. */
export class WatchedStore extends SharedMapStore {
  readonly watched: WatchedDriver;

  constructor(data = new SharedData(), options: StoreOptions = {}, Driver: typeof WatchedDriver = WatchedDriver) {
    super(data, options, Driver);
    this.watched = this.driverOf(WatchedDriver);
  }
}
