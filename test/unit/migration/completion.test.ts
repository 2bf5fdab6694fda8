import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { resetMigration } from '../../../src/migration/completion-mark.js';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { fixtureText, stateFile } from '../../support/legacy/files.js';
import { MemoryPair } from '../../support/legacy/memory-pair.js';
import { plainStore } from '../../support/migration/plain-store.js';
import { RecordingLogger } from '../../support/migration/recording-logger.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';

const from = { sent: { '1': ['A'] } };

describe('a migration that is complete', () => {
  it('is remembered by its target: the next run reads nothing, not even a source that is gone', async () => {
    const to = new MemoryStore();
    const pair = new MemoryPair(from);
    expect(await migrateLegacyState({ from: pair, to })).toMatchObject({ status: 'completed', remembered: true });
    const gone = Object.assign(pair, { getState: () => Promise.reject(new Error('gone')) });
    expect(await migrateLegacyState({ from: gone, to })).toMatchObject({
      status: 'skipped',
      remembered: true,
      guilds: [],
      totals: { found: 0 },
    });
    expect(await migrateLegacyState({ from: gone, to, dryRun: true })).toMatchObject({ status: 'skipped' });
  });

  it('runs again with force', async () => {
    const to = new MemoryStore();
    await migrateLegacyState({ from, to });
    const later = { sent: { '1': ['A', 'B'] } };
    expect((await migrateLegacyState({ from: later, to })).status).toBe('skipped');
    expect((await migrateLegacyState({ from: later, to, force: true })).totals).toMatchObject({ migrated: 1, alreadyThere: 1 });
  });

  it('runs again after a reset, which leaves the codes', async () => {
    const to = new MemoryStore();
    await migrateLegacyState({ from, to });
    expect(await resetMigration(to)).toBe(1);
    expect(await resetMigration(to)).toBe(0);
    expect(await sentPairs(to)).toEqual(['1:A']);
    expect(await migrateLegacyState({ from, to })).toMatchObject({
      status: 'completed',
      totals: { migrated: 0, alreadyThere: 1 },
    });
  });

  it('does not keep another source from being migrated', async () => {
    const to = new MemoryStore();
    const files = [await stateFile('{"sent":{"1":["A"]}}'), await stateFile('{"sent":{"1":["B"]}}')];
    for (const path of files) expect((await migrateLegacyState({ from: legacyStateFile(path), to })).status).toBe('completed');
    for (const path of files) expect((await migrateLegacyState({ from: legacyStateFile(path), to })).status).toBe('skipped');
    expect(await sentPairs(to)).toEqual(['1:A', '1:B']);
  });

  it('has a name, under which it is remembered and reset', async () => {
    const to = new MemoryStore();
    const long = 'x'.repeat(100);
    for (const name of ['first', 'first and more', long]) {
      expect((await migrateLegacyState({ from: [], to, name })).status).toBe('completed');
      expect((await migrateLegacyState({ from: [], to, name })).status).toBe('skipped');
    }
    expect(await resetMigration(to, { name: 'first' })).toBe(1);
    expect((await migrateLegacyState({ from: [], to, name: 'first and more' })).status).toBe('skipped');
    expect((await migrateLegacyState({ from: [], to, name: 'first' })).status).toBe('completed');
    expect(await resetMigration(to)).toBe(3);
  });

  it('is remembered for paths of any length', async () => {
    const to = new MemoryStore();
    const adapter = (suffix: string): MemoryPair & { description: string } =>
      Object.assign(new MemoryPair(from), { description: `file /${'x'.repeat(900)}/${suffix}` });
    expect((await migrateLegacyState({ from: adapter('a'), to })).status).toBe('completed');
    expect((await migrateLegacyState({ from: adapter('b'), to })).status).toBe('completed');
    expect((await migrateLegacyState({ from: adapter('a'), to })).status).toBe('skipped');
  });

  it.for([
    ['a legacy store', () => new LegacyAdapterStore(new MemoryPair())],
    ['a store that only has the methods of the contract', () => plainStore(new MemoryStore())],
  ] as const)('cannot be remembered by %s: it says so and runs each time', async ([, make]) => {
    const to = make();
    const logger = new RecordingLogger();
    expect(await migrateLegacyState({ from, to, logger })).toMatchObject({ status: 'completed', remembered: false });
    expect(logger.lines).toContainEqual(expect.stringMatching(/^warn: .* keeps no marks of migrations/));
    expect(await migrateLegacyState({ from, to })).toMatchObject({
      status: 'completed',
      totals: { migrated: 0, alreadyThere: 1 },
    });
    await expect(resetMigration(to)).rejects.toMatchObject({ code: 'METADATA_UNSUPPORTED' });
  });
});

describe('the legacy state', () => {
  it('is marked only where asked, and nothing else in it changes', async () => {
    const text = (await fixtureText('two-guilds')).trimEnd();
    const path = await stateFile(text);
    await migrateLegacyState({ from: legacyStateFile(path), to: new MemoryStore() });
    expect(await readFile(path, 'utf8')).toBe(text);
    await migrateLegacyState({ from: legacyStateFile(path), to: new MemoryStore(), markLegacyState: true });
    expect(await readFile(path, 'utf8')).toBe(text.replace(/\n}$/, ',\n  "migrated_to_sent_adapter": true\n}'));
  });

  it('is not believed when it says that it was migrated: the old bot said so too early', async () => {
    const pair = new MemoryPair({ ...from, migrated_to_sent_adapter: true });
    const to = new MemoryStore();
    expect(await migrateLegacyState({ from: pair, to, markLegacyState: true })).toMatchObject({
      status: 'completed',
      totals: { migrated: 1 },
    });
    expect(pair.written).toEqual([]);
  });

  it('is not marked by a dry run, nor if the migration is not complete', async () => {
    const pair = new MemoryPair(from);
    await migrateLegacyState({ from: pair, to: new MemoryStore(), markLegacyState: true, dryRun: true });
    const to = plainStore(new MemoryStore(), { markSentMany: () => Promise.reject(new Error('no')) });
    await expect(migrateLegacyState({ from: pair, to, markLegacyState: true })).rejects.toMatchObject({
      code: 'MIGRATION_INCOMPLETE',
    });
    expect(pair.written).toEqual([]);
  });

  it('that refuses the mark: the migration rejects and is not remembered, and the next run ends it', async () => {
    const to = new MemoryStore();
    const pair = new MemoryPair(from);
    const refusing = { getState: () => pair.getState(), setState: async () => false };
    await expect(migrateLegacyState({ from: refusing, to, markLegacyState: true })).rejects.toMatchObject({
      code: 'ADAPTER_REFUSED',
    });
    expect(await migrateLegacyState({ from: pair, to, markLegacyState: true })).toMatchObject({ status: 'completed' });
    expect(pair.state).toMatchObject({ migrated_to_sent_adapter: true });
  });
});
