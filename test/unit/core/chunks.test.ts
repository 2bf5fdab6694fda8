import { PartialMarkError, SentCodeStoreError } from 'sent-code-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { WatchedStore } from '../../support/stores/watched-store.js';

let store: WatchedStore;
beforeEach(() => {
  store = new WatchedStore();
});

const codes = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];

describe('a store that takes three keys at a time', () => {
  it('is asked for three at a time, and answers in the order of the question', async () => {
    await store.markSent('1', ['B', 'G']);
    store.watched.log.length = 0;
    expect(await store.filterUnsent('1', codes)).toEqual(['A', 'C', 'D', 'E', 'F']);
    expect(store.watched.log).toEqual(['readRecords A B C', 'readRecords D E F', 'readRecords G']);
  });

  it('is asked for exactly three at once', async () => {
    await store.filterUnsent('1', ['A', 'B', 'C']);
    expect(store.watched.log).toEqual(['readRecords A B C']);
  });

  it('is not asked about nothing', async () => {
    await store.filterUnsent('1', []);
    await store.markSent('1', []);
    await store.forget('1', []);
    await store.claim('1', []);
    await store.filterUnsentMany([{ guildId: '1', codes: [] }]);
    expect(store.watched.log).toEqual([]);
  });

  it('gets the codes of all guilds of a batch side by side', async () => {
    const batch = ['1', '2', '3'].map((guildId) => ({ guildId, codes: ['A', 'B'] }));
    expect(await store.filterUnsentMany(batch)).toEqual(batch);
    expect(store.watched.log).toEqual(['readRecords A B A', 'readRecords B A B']);
  });

  it('writes only marks that are not there', async () => {
    await store.markSent('1', ['B', 'D', 'E', 'F']);
    store.watched.log.length = 0;
    expect(await store.markSent('1', codes)).toEqual({ marked: ['A', 'C', 'G'], alreadySent: ['B', 'D', 'E', 'F'] });
    expect(store.watched.log).toEqual([
      'readRecords A B C',
      'markRecords A C',
      'readRecords D E F',
      'readRecords G',
      'markRecords G',
    ]);
    store.watched.log.length = 0;
    await store.markSent('1', codes);
    expect(store.watched.log.every((access) => access.startsWith('readRecords'))).toBe(true);
  });

  it('claims, renews, releases, takes over and forgets more than three', async () => {
    const { claim } = await store.claim('1', codes);
    expect(claim?.codes).toEqual(codes);
    expect(store.watched.log.filter((access) => access.startsWith('claim'))).toEqual([
      'claimRecords A B C',
      'claimRecords D E F',
      'claimRecords G',
    ]);
    expect(await store.renew(claim!)).toEqual(claim);
    await store.release(claim!, 'uncertain');
    expect((await store.takeUncertain('1')).map((taken) => taken.codes)).toEqual([codes]);
    await store.markSent('1', codes);
    expect(await store.forget('1', codes)).toBe(7);
  });
});

describe('a mark of several chunks', () => {
  const failOn = (access: string, retryable = true): void => {
    store.watched.failure = (each) =>
      each === access ? new SentCodeStoreError('STORE_TIMEOUT', 'No answer.', { retryable }) : undefined;
  };
  const batch = [
    { guildId: '1', codes: ['a', 'b'] },
    { guildId: '2', codes: ['c', 'd', 'e'] },
    { guildId: '3', codes: ['f', 'g'] },
  ];

  it('whose first chunk fails fails with that error: nothing was acknowledged', async () => {
    failOn('markRecords A B C');
    await expect(store.markSentMany(batch)).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
  });

  it.for(['markRecords D E F', 'readRecords D E F'])('that fails later says what was acknowledged: %s', async (access) => {
    await store.markSent('1', ['B']);
    failOn(access);
    const error: unknown = await store.markSentMany(batch).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PartialMarkError);
    expect(error).toMatchObject({
      code: 'PARTIALLY_MARKED',
      retryable: true,
      message: expect.stringContaining('SharedMapStore: 2 codes were marked, then a chunk failed: No answer.') as string,
      cause: { code: 'STORE_TIMEOUT' },
      results: [
        { guildId: '1', marked: ['a'], alreadySent: ['b'] },
        { guildId: '2', marked: ['c'], alreadySent: [] },
        { guildId: '3', marked: [], alreadySent: [] },
      ],
    });
  });

  it('may be called again with the whole batch', async () => {
    failOn('markRecords G');
    await expect(store.markSentMany(batch)).rejects.toMatchObject({ code: 'PARTIALLY_MARKED' });
    store.watched.failure = () => undefined;
    expect(await store.markSentMany(batch)).toEqual([
      { guildId: '1', marked: [], alreadySent: ['a', 'b'] },
      { guildId: '2', marked: [], alreadySent: ['c', 'd', 'e'] },
      { guildId: '3', marked: ['g'], alreadySent: ['f'] },
    ]);
  });

  it('is worth another try only if the failure is', async () => {
    failOn('markRecords D E F', false);
    await expect(store.markSentMany(batch)).rejects.toMatchObject({ retryable: false });
    store.watched.failure = (access) => (access === 'markRecords D E F' ? new Error('odd') : undefined);
    await expect(store.markSent('4', codes)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('odd') as string,
    });
  });
});
