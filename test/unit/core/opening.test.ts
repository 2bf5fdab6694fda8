import type { Identity, StoreOptions } from 'sent-code-store/store';
import { SentCodeStoreError } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { SharedData, SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

const exact: Identity = { name: 'exact', normalize: (code) => code };

/** Writes down when it is opened and closed. */
class DoorDriver extends SharedMapDriver {
  readonly log: string[] = [];
  failures = 0;

  override async open(): Promise<void> {
    this.log.push('open');
    if (this.failures > 0) {
      this.failures -= 1;
      throw new SentCodeStoreError('STORE_UNAVAILABLE', 'Not yet.', { retryable: true });
    }
  }

  override async close(): Promise<void> {
    this.log.push('close');
  }
}

class Door extends SharedMapStore {
  readonly log: readonly string[];

  constructor(data: SharedData, options: StoreOptions) {
    super(data, options, DoorDriver);
    this.log = this.driverOf(DoorDriver).log;
  }

  set failures(failures: number) {
    this.driverOf(DoorDriver).failures = failures;
  }
}

describe('a store', () => {
  it('is opened by its first call, whatever that is, and closed once', async () => {
    for (const call of [
      (store: Door) => store.ping(),
      (store: Door) => store.filterUnsent('1', []),
      (store: Door) => store.claim('1', ['A']),
      (store: Door) => store.listGuilds()[Symbol.asyncIterator]().next(),
    ]) {
      const store = new Door(new SharedData(), {});
      expect(store.log).toEqual([]);
      await call(store);
      await store.markSent('1', ['A']);
      await Promise.all([store.close(), store.close()]);
      expect(store.log).toEqual(['open', 'close']);
    }
  });

  it('is not opened by a call with bad input', async () => {
    const store = new Door(new SharedData(), {});
    await expect(store.markSent('', ['A'])).rejects.toMatchObject({ code: 'INVALID_GUILD_ID' });
    expect(store.log).toEqual([]);
  });

  it('says why it does not open, and is opened by the next call', async () => {
    const store = new Door(new SharedData(), {});
    store.failures = 1;
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.filterUnsent('1', ['A'])).toEqual(['A']);
    expect(store.log).toEqual(['open', 'open']);
  });
});

describe('the identity of a store', () => {
  it('is kept with the first opening; another one is refused, and the store is let go of', async () => {
    const data = new SharedData();
    await new Door(data, {}).ping();
    const other = new Door(data, { identity: exact });
    await expect(other.filterUnsent('1', ['a'])).rejects.toMatchObject({
      code: 'IDENTITY_MISMATCH',
      message: expect.stringMatching(/"gift-code".*"exact"/) as string,
    });
    expect(other.log).toEqual(['open', 'close']);
    await other.close();
    expect(other.log).toEqual(['open', 'close']);
    await new Door(data, {}).ping();
  });

  it('of two that open an empty store at once is that of one of them', async () => {
    const data = new SharedData();
    const opened = await Promise.allSettled([new Door(data, {}).ping(), new Door(data, { identity: exact }).ping()]);
    expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('decides what one code is', async () => {
    const store = new SharedMapStore(new SharedData(), { identity: exact });
    await store.markSent('1', ['a']);
    expect(await store.filterUnsent('1', ['a', 'A', ' a'])).toEqual(['A', ' a']);
  });
});
