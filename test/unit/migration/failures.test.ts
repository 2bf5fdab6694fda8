import { describe, expect, it } from 'vitest';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import { MigrationIncompleteError } from '../../../src/migration/migration-incomplete-error.js';
import type { MigrationProgress, MigrationReport } from '../../../src/migration/report.js';
import { AbstractSentCodeStore } from '../../../src/core/abstract-store.js';
import { MemoryDriver } from '../../../src/stores/memory/memory-driver.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { plainStore } from '../../support/migration/plain-store.js';
import { RecordingLogger } from '../../support/migration/recording-logger.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';

type Marks = Parameters<MemoryDriver['markRecords']>[0];

/** A driver whose writes for some guilds fail, or all of them after a number of writes. */
class FailingDriver extends MemoryDriver {
  readonly writes: number[] = [];
  failsFor: ReadonlySet<string> = new Set();
  failsAfter = Infinity;
  isAway = false;

  override async markRecords(marks: Marks): Promise<readonly boolean[]> {
    this.writes.push(marks.length);
    const error = new SentCodeStoreError('STORE_UNAVAILABLE', 'refused', { retryable: true });
    if (this.writes.length > this.failsAfter) this.isAway = true;
    if (this.isAway || marks.some(({ guildId }) => this.failsFor.has(guildId))) throw error;
    return super.markRecords(marks);
  }

  async pingStore(): Promise<void> {
    if (this.isAway) throw new SentCodeStoreError('STORE_UNAVAILABLE', 'away');
  }
}

class FailingStore extends AbstractSentCodeStore<FailingDriver> {
  readonly failing: FailingDriver;

  constructor() {
    super((settings) => new FailingDriver(settings), {}, 'MemoryStore');
    this.failing = this.driver;
  }
}

const incomplete = async (run: Promise<MigrationReport>): Promise<MigrationIncompleteError> => {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationIncompleteError);
  return error as MigrationIncompleteError;
};

const from = { sent: { '1': ['A'], '2': ['B', 'C'], '3': ['D'] } };

describe('a guild that cannot be written', () => {
  it('is reported with the reason and does not stop the others; the migration is not complete', async () => {
    const to = new FailingStore();
    to.failing.failsFor = new Set(['2']);
    const logger = new RecordingLogger();
    const error = await incomplete(migrateLegacyState({ from, to, logger }));
    expect(error).toMatchObject({ code: 'MIGRATION_INCOMPLETE', retryable: true, cause: { code: 'STORE_UNAVAILABLE' } });
    expect(error.message).toContain('1 of 3 guilds failed: 2');
    expect(error.report).toMatchObject({
      status: 'incomplete',
      remembered: false,
      totals: { guilds: 3, failedGuilds: 1, found: 4, migrated: 2, notMoved: 2 },
    });
    expect(error.report.guilds.find(({ guildId }) => guildId === '2')).toMatchObject({
      notMoved: 2,
      migrated: 0,
      error: { message: 'refused' },
    });
    expect(await sentPairs(to)).toEqual(['1:A', '3:D']);
    expect(logger.lines).toContainEqual(expect.stringMatching(/^error: Migration of guild 2 failed: refused/));
    expect(logger.lines.at(-1)).toMatch(/^error: Migration of legacy state is not complete/);
    to.failing.failsFor = new Set();
    expect(await migrateLegacyState({ from, to })).toMatchObject({
      status: 'completed',
      totals: { migrated: 2, alreadyThere: 2 },
    });
  });

  it('is reported by a store that only has the methods of the contract, too', async () => {
    const store = new MemoryStore();
    const to = plainStore(store, {
      markSentMany: (call, batch, options) =>
        batch.some(({ guildId }) => guildId === '2') ? Promise.reject(new Error('no')) : call(batch, options),
    });
    expect((await incomplete(migrateLegacyState({ from, to }))).report.totals).toMatchObject({
      failedGuilds: 1,
      migrated: 2,
      notMoved: 2,
    });
    expect(await sentPairs(store)).toEqual(['1:A', '3:D']);
  });

  it('keeps a dry run from being complete if it cannot be read', async () => {
    const to = plainStore(new MemoryStore(), { statesMany: () => Promise.reject(new Error('unreadable')) });
    expect((await incomplete(migrateLegacyState({ from, to, dryRun: true }))).report.totals).toMatchObject({
      failedGuilds: 3,
      notMoved: 4,
    });
  });
});

describe('a target that goes away', () => {
  it('ends the migration: the rest is not tried guild by guild', async () => {
    const to = new FailingStore();
    to.failing.failsAfter = 1;
    function* guilds(): Generator<{ guildId: string; codes: string[] }> {
      for (let guild = 0; guild < 100; guild += 1)
        yield { guildId: `${guild}`, codes: Array.from({ length: 250 }, (_, index) => `C${index}`) };
    }
    const { report } = await incomplete(migrateLegacyState({ from: guilds(), to }));
    // A first chunk, one that fails, and one guild on its own.
    expect(to.failing.writes).toHaveLength(3);
    expect(report.totals.migrated).toBeLessThan(report.totals.found);
    expect(report.totals.migrated + report.totals.alreadyThere + report.totals.notMoved).toBe(report.totals.found);
    to.failing.isAway = false;
    to.failing.failsAfter = Infinity;
    const second = await migrateLegacyState({ from: guilds(), to });
    expect(second.totals).toMatchObject({ guilds: 100, found: 25_000 });
    expect(await sentPairs(to)).toHaveLength(25_000);
  });
});

describe('a source that fails', () => {
  it('in the middle: what it gave is moved, and the migration is not complete', async () => {
    const cause = new Error('cursor lost');
    async function* guilds(): AsyncGenerator<{ guildId: string; codes: string[] }> {
      yield { guildId: '1', codes: ['A'] };
      throw cause;
    }
    const to = new MemoryStore();
    const error = await incomplete(migrateLegacyState({ from: guilds(), to }));
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('cursor lost');
    expect(await sentPairs(to)).toEqual(['1:A']);
    expect((await migrateLegacyState({ from: [{ guildId: '1', codes: ['A'] }], to })).status).toBe('completed');
  });

  it('for one guild of a store: the others are moved', async () => {
    const inner = new MemoryStore();
    await inner.markSentMany([
      { guildId: '1', codes: ['A'] },
      { guildId: '2', codes: ['B'] },
    ]);
    const source = plainStore(inner, {
      listSent: (call, guildId) => {
        if (guildId === '1') throw new Error('unreadable');
        return call(guildId);
      },
    });
    const to = new MemoryStore();
    const { report } = await incomplete(migrateLegacyState({ from: source, to }));
    expect(report.guilds[0]).toMatchObject({ guildId: '1', error: { message: 'unreadable' } });
    expect(await sentPairs(to)).toEqual(['2:B']);
  });

  it('to decide about a code: an uncertain one is not left out in silence, and not taken for sent', async () => {
    const source = new MemoryStore();
    await source.markSent('1', ['A']);
    const { claim } = await source.claim('1', ['B']);
    await source.release(claim!, 'uncertain');
    const to = new MemoryStore();
    const { report } = await incomplete(migrateLegacyState({ from: source, to }));
    expect(report.guilds).toMatchObject([{ guildId: '1', found: 2, migrated: 1, notMoved: 1 }]);
    expect((report.guilds[0]!.error as Error).message).toContain('B is uncertain in MemoryStore');
    await source.resolveUncertain('1', ['B'], 'sent');
    expect((await migrateLegacyState({ from: source, to })).status).toBe('completed');
    expect(await sentPairs(to)).toEqual(['1:A', '1:B']);
  });

  it.for([
    [null, 'from[1]'],
    [{ guildId: Number('1406122908476112956'), codes: ['A'] }, 'from[1].guildId'],
    [{ guildId: '1', codes: 'ABC' }, 'from[1].codes'],
    [{ _id: '1:ABC', sent_at: new Date() }, 'from[1].codes'],
    [{ _id: 'global', codes: ['A'] }, 'from[1]._id'],
  ] as const)('to make sense: the entry %j is named, the others are moved', async ([entry, place]) => {
    const to = new MemoryStore();
    const entries = [{ guildId: '7', codes: ['A'] }, entry, { guildId: '8', codes: ['B'] }];
    const { report } = await incomplete(migrateLegacyState({ from: entries as [], to }));
    expect(report.totals).toMatchObject({ guilds: 3, failedGuilds: 1, migrated: 2 });
    expect(report.guilds[1]?.error).toMatchObject({ code: 'INVALID_OPTION', argument: place });
    expect(await sentPairs(to)).toEqual(['7:A', '8:B']);
  });
});

describe('an abort', () => {
  function* manyGuilds(): Generator<{ guildId: string; codes: string[] }> {
    for (let guild = 0; guild < 20; guild += 1)
      yield { guildId: `${guild}`, codes: Array.from({ length: 1_000 }, (_, index) => `C${index}`) };
  }

  it('in the middle rejects with the reason, keeps what was moved, and the next run moves the rest', async () => {
    const to = new MemoryStore();
    const abort = new AbortController();
    const reason = new Error('shutdown');
    const run = migrateLegacyState({ from: manyGuilds(), to, signal: abort.signal, onProgress: () => abort.abort(reason) });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    expect(await sentPairs(to)).toHaveLength(5_000);
    const report = await migrateLegacyState({ from: manyGuilds(), to });
    expect(report).toMatchObject({ status: 'completed', totals: { migrated: 15_000, alreadyThere: 5_000 } });
  });

  it('in the middle of one guild ends there', async () => {
    const to = new MemoryStore();
    const abort = new AbortController();
    const codes = Array.from({ length: 12_000 }, (_, index) => `C${index}`);
    const run = migrateLegacyState({
      from: [{ guildId: '1', codes }],
      to,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await sentPairs(to)).toHaveLength(5_000);
  });

  it('before the start writes nothing', async () => {
    const to = new MemoryStore();
    await expect(migrateLegacyState({ from, to, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await sentPairs(to)).toEqual([]);
  });

  it('closes the source', async () => {
    let isClosed = false;
    async function* guilds(): AsyncGenerator<{ guildId: string; codes: string[] }> {
      try {
        yield* manyGuilds();
      } finally {
        isClosed = true;
      }
    }
    const abort = new AbortController();
    const run = migrateLegacyState({
      from: guilds(),
      to: new MemoryStore(),
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(isClosed).toBe(true);
  });

  it('by an error of onProgress rejects with that error', async () => {
    const to = new MemoryStore();
    const error = new Error('full');
    const run = migrateLegacyState({
      from: manyGuilds(),
      to,
      onProgress: () => {
        throw error;
      },
    });
    await expect(run).rejects.toBe(error);
    expect(await sentPairs(to)).toHaveLength(5_000);
  });
});

describe('progress', () => {
  it('is told after each batch, and grows to the totals', async () => {
    const seen: MigrationProgress[] = [];
    const guilds = Array.from({ length: 12 }, (_, guild) => ({
      guildId: `${guild}`,
      codes: Array.from({ length: 1_000 }, (_, index) => `C${index}`),
    }));
    const { totals } = await migrateLegacyState({
      from: guilds,
      to: new MemoryStore(),
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.map(({ migrated }) => migrated)).toEqual([5_000, 10_000, 12_000]);
    expect(totals).toMatchObject(seen.at(-1)!);
  });
});
