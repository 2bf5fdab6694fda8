import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import { MigrationIncompleteError } from '../../../src/migration/migration-incomplete-error.js';
import type { MigrationReport } from '../../../src/migration/report.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { AbstractSentCodeStore } from '../../../src/core/abstract-store.js';
import { MemoryDriver } from '../../../src/stores/memory/memory-driver.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { RecordingLogger } from '../../support/migration/recording-logger.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';

const reportOf = async (run: Promise<MigrationReport>): Promise<MigrationReport> =>
  run.catch((error: unknown) => {
    if (error instanceof MigrationIncompleteError) return error.report;
    throw error;
  });

function expectSums({ guilds, totals, globalCodes }: MigrationReport): void {
  for (const { found, migrated, alreadyThere, repeats, refused, notMoved } of guilds) {
    expect(migrated + alreadyThere + repeats + refused.length + notMoved).toBe(found);
  }
  const { guilds: count, failedGuilds, found, ...parts } = totals;
  expect(count).toBe(guilds.length);
  expect(failedGuilds).toBe(guilds.filter(({ error }) => error !== undefined).length);
  expect(guilds.reduce((sum, guild) => sum + guild.found, 0)).toBe(found);
  expect(Object.values(parts).reduce((sum, part) => sum + part)).toBe(found);
  if (globalCodes !== undefined) {
    expect(globalCodes.codes + globalCodes.repeats + globalCodes.refused.length).toBe(globalCodes.found);
  }
}

// Few guilds and codes, so that repeats, spellings and what is there already meet.
const code = fc.oneof(
  fc.constantFrom('a', 'A', ' a ', 'b', 'C', '1:x', '2:X', '3:y', 'global:z', '', '\ud800', 'x'.repeat(1_025)),
  fc.constantFrom<unknown>(5, null, {}, ['A']),
);
const guild = fc.constantFrom('1', '2', '3', 'global', '', 'a:b', '__proto__');
const codes = fc.array(code, { maxLength: 6 });
const globalCodes = fc.constantFrom('every-guild' as const, 'skip' as const, () => ['1', '9']);

describe('a report', () => {
  it('of a legacy state adds up, is the same in a dry run, and tells what is there afterwards', async () => {
    const state = fc.record({ channels: fc.dictionary(guild, fc.constant(1)), sent: fc.dictionary(guild, codes) });
    await fc.assert(
      fc.asyncProperty(
        state,
        fc.array(fc.constantFrom('A', 'B', 'X'), { maxLength: 2 }),
        globalCodes,
        async (from, there, mode) => {
          const to = new MemoryStore();
          await to.markSent('1', there);
          const before = (await sentPairs(to)).length;
          const dry = await migrateLegacyState({ from, to, globalCodes: mode, dryRun: true });
          const report = await migrateLegacyState({ from, to, globalCodes: mode });
          expectSums(report);
          expect(dry).toEqual({ ...report, dryRun: true, remembered: false });
          expect((await sentPairs(to)).length).toBe(before + report.totals.migrated);
          const again = await migrateLegacyState({ from, to, globalCodes: mode, force: true });
          expectSums(again);
          expect(again.totals).toMatchObject({ migrated: 0, alreadyThere: report.totals.migrated + report.totals.alreadyThere });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a stream in which guilds come back adds up too, with entries that cannot be read and guilds that fail', async () => {
    class FailsForTwo extends MemoryDriver {
      override markRecords(...[marks]: Parameters<MemoryDriver['markRecords']>): ReturnType<MemoryDriver['markRecords']> {
        if (marks.some(({ guildId }) => guildId === '2')) return Promise.reject(new Error('not for 2'));
        return super.markRecords(marks);
      }
    }
    class FailingStore extends AbstractSentCodeStore {
      constructor() {
        super((settings) => new FailsForTwo(settings), {}, 'MemoryStore');
      }
    }
    const entry = fc.oneof(
      fc.record({ guildId: guild, codes }),
      fc.record({ _id: guild, codes }),
      fc.constantFrom<unknown>(null, {}, { guildId: 5, codes: ['A'] }, { guildId: '1' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.boolean(), async (entries, fails) => {
        const make = (): SentCodeStore => (fails ? new FailingStore() : new MemoryStore());
        const to = make();
        const report = await reportOf(migrateLegacyState({ from: entries as [], to }));
        expectSums(report);
        expect((await sentPairs(to)).length).toBe(report.totals.migrated);
        if (fails) return;
        const dry = await reportOf(migrateLegacyState({ from: entries as [], to: make(), dryRun: true }));
        expect(dry.guilds).toEqual(report.guilds);
      }),
      { numRuns: 300 },
    );
  });

  it('counts what a guild repeats as that, over any number of batches, and what comes back after other guilds as already there', async () => {
    const many = Array.from({ length: 6_000 }, (_, index) => `C${index}`);
    const entries = [
      { guildId: '1', codes: ['A'] },
      { guildId: '2', codes: [...many, 'C0', 'c1'] },
      { guildId: '2', codes: ['C2'] },
      { guildId: '1', codes: ['a', 'B'] },
    ];
    const report = await migrateLegacyState({ from: entries, to: new MemoryStore() });
    expect(report.guilds).toMatchObject([
      { guildId: '1', found: 3, migrated: 2, alreadyThere: 1, repeats: 0 },
      { guildId: '2', found: 6_003, migrated: 6_000, alreadyThere: 0, repeats: 3 },
    ]);
    const dry = await migrateLegacyState({ from: entries, to: new MemoryStore(), dryRun: true });
    expect(dry.guilds).toEqual(report.guilds);
  });

  it('has for each guild what was found, migrated, already there, repeated and refused, with the reason', async () => {
    const to = new MemoryStore();
    await to.markSent('1', ['THERE']);
    const report = await migrateLegacyState({
      from: { sent: { '1': ['new', 'NEW', 'there', '', 7], 'a:b': ['X'], '2': [] } },
      to,
    });
    expect(report).toMatchObject({
      status: 'completed',
      dryRun: false,
      remembered: true,
      name: 'legacy state',
      totals: { guilds: 3, failedGuilds: 0, found: 6, migrated: 1, alreadyThere: 1, repeats: 1, refused: 3, notMoved: 0 },
    });
    expect(report.guilds.find(({ guildId }) => guildId === '1')).toEqual({
      guildId: '1',
      found: 5,
      migrated: 1,
      alreadyThere: 1,
      repeats: 1,
      notMoved: 0,
      refused: [
        { code: '', reason: expect.stringContaining('empty as a code') as unknown },
        { code: 'the number 7', reason: expect.stringContaining('A code is a string') as unknown },
      ],
    });
    expect(report.guilds.find(({ guildId }) => guildId === 'a:b')?.refused).toEqual([
      { code: 'X', reason: expect.stringContaining('must not contain ":"') as unknown },
    ]);
  });

  it('is told in the words that operators of the old bot know', async () => {
    const logger = new RecordingLogger();
    const to = new MemoryStore();
    const from = { sent: { '1': ['a', 'A', 'b'], '2': ['c'] } };
    await migrateLegacyState({ from, to, logger });
    await migrateLegacyState({ from, to, logger });
    expect(logger.lines).toEqual([
      'info: Migration started: legacy state -> MemoryStore',
      'info: Migrated 2 codes for guild 1 (3 found, 0 already there, 1 repeats, 0 refused)',
      'info: Migrated 1 codes for guild 2 (1 found, 0 already there, 0 repeats, 0 refused)',
      'info: Migration complete: 3 total codes migrated',
      expect.stringMatching(
        /^info: Migration already completed, skipping \(legacy state, completed at \d{4}-.*Z; force runs it again\)$/,
      ),
    ]);
  });

  it('of a dry run does not say that anything was migrated', async () => {
    const logger = new RecordingLogger();
    await migrateLegacyState({ from: { sent: { '1': ['a'] } }, to: new MemoryStore(), logger, dryRun: true });
    expect(logger.lines).toEqual([
      'info: Migration started (dry run): legacy state -> MemoryStore',
      'info: Would migrate 1 codes for guild 1 (1 found, 0 already there, 0 repeats, 0 refused)',
      'info: Dry run complete: 1 total codes would be migrated',
    ]);
  });
});
