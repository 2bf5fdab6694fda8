import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { resetMigration } from '../../../src/migration/completion-mark.js';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import type { MigrationReport } from '../../../src/migration/report.js';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { type FixtureName, fixtureText, stateFile } from '../../support/legacy/files.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';

const names = ['nine-scopes-with-global', 'one-guild-mixed-case', 'three-scopes-empty-global', 'two-guilds'] as const;

/** Counts a real state in as few words as possible, without the code under test. All of these states are ASCII. */
function count(text: string): { own: string[]; global: Set<string>; guilds: Set<string> } {
  const { channels, sent } = JSON.parse(text) as { channels: object; sent: Record<string, string[]> };
  const own = new Set<string>();
  const global = new Set<string>();
  for (const [list, codes] of Object.entries(sent)) {
    for (const code of codes.map((text) => text.trim().toUpperCase())) {
      if (/^\d+:/.test(code)) own.add(code);
      else if (list === 'global') global.add(code);
      else own.add(`${list}:${code}`);
    }
  }
  const guilds = new Set([...Object.keys(channels), ...[...own].map((pair) => pair.split(':')[0]!)]);
  return { own: [...own].sort(), global, guilds };
}

const migrate = async (name: FixtureName, options: object = {}): Promise<{ to: MemoryStore; report: MigrationReport }> => {
  const to = new MemoryStore();
  return {
    to,
    report: await migrateLegacyState({ from: legacyStateFile(await stateFile(await fixtureText(name))), to, ...options }),
  };
};

describe('a real state', () => {
  it('of nine scopes comes to 88 codes of nine guilds without the global ones, and to 977 with them', async () => {
    const { own, global, guilds } = count(await fixtureText('nine-scopes-with-global'));
    expect([own.length, global.size, guilds.size]).toEqual([88, 107, 9]);

    const without = await migrate('nine-scopes-with-global', { globalCodes: 'skip' });
    expect(await sentPairs(without.to)).toEqual(own);
    expect(without.report.totals).toMatchObject({ guilds: 9, migrated: 88, failedGuilds: 0, refused: 0 });
    expect(without.report.globalCodes).toMatchObject({ codes: 107, refused: [], guilds: 0 });

    const all = new Set([...own, ...[...guilds].flatMap((guildId) => [...global].map((code) => `${guildId}:${code}`))]);
    const withThem = await migrate('nine-scopes-with-global');
    expect(await sentPairs(withThem.to)).toEqual([...all].sort());
    expect(withThem.report.totals.migrated).toBe(977);
    expect(withThem.report.globalCodes).toMatchObject({ codes: 107, guilds: 9 });
  });

  it('has 58 of these under its own eight guilds, and 30 in composite strings only', async () => {
    const text = await fixtureText('nine-scopes-with-global');
    const state = JSON.parse(text) as { sent: Record<string, string[]> };
    state.sent['global'] = [];
    const to = new MemoryStore();
    const report = await migrateLegacyState({ from: state, to });
    expect(report.totals).toMatchObject({ guilds: 8, migrated: 58 });
    const again = await migrateLegacyState({ from: JSON.parse(text) as { sent: object }, to, globalCodes: 'skip', force: true });
    expect(again.totals).toMatchObject({ guilds: 9, migrated: 30, alreadyThere: 58 });
  });

  it.for(names)('(%s) has in the new store what the old one offers no more, and no other code', async (name) => {
    const { to } = await migrate(name);
    const old = new LegacyAdapterStore(legacyStateFile(await stateFile(await fixtureText(name))));
    expect(await sentPairs(to)).toEqual(await sentPairs(old));
  });

  it.for(names)('(%s) gets the same report from a dry run, which writes nothing', async (name) => {
    const dry = await migrate(name, { dryRun: true, name: 'old bot' });
    expect(await sentPairs(dry.to)).toEqual([]);
    const real = await migrate(name, { name: 'old bot' });
    expect(dry.report).toEqual({ ...real.report, dryRun: true, remembered: false });
    expect(real.report.totals.migrated).toBe((await sentPairs(real.to)).length);
    // Nor does the target remember that it ran.
    expect(await resetMigration(dry.to)).toBe(0);
  });

  it.for(names)('(%s) is not changed', async (name) => {
    const text = await fixtureText(name);
    const path = await stateFile(text);
    await migrateLegacyState({ from: legacyStateFile(path), to: new MemoryStore() });
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('global codes', () => {
  const from = { channels: { '3': 1 }, sent: { '1': ['A'], '2': ['B', '4:x'], global: ['g', 'G', 'H', ''] } };

  it('count for every guild that the state names: by a channel, a list or a composite string', async () => {
    const to = new MemoryStore();
    const report = await migrateLegacyState({ from, to });
    expect(await sentPairs(to)).toEqual(['1:A', '1:G', '1:H', '2:B', '2:G', '2:H', '3:G', '3:H', '4:G', '4:H', '4:X']);
    expect(report.globalCodes).toMatchObject({ found: 4, codes: 2, repeats: 1, refused: [{ code: '' }], guilds: 4 });
  });

  it('are left behind with skip, and counted', async () => {
    const to = new MemoryStore();
    const report = await migrateLegacyState({ from, to, globalCodes: 'skip' });
    expect(await sentPairs(to)).toEqual(['1:A', '2:B', '4:X']);
    expect(report.globalCodes).toMatchObject({ found: 4, codes: 2, guilds: 0 });
    expect(report.guilds.map(({ guildId, found }) => [guildId, found])).toEqual([
      ['1', 1],
      ['2', 1],
      ['3', 0],
      ['4', 1],
    ]);
  });

  it('count for the guilds that a function chooses, also for those that the state does not name', async () => {
    const to = new MemoryStore();
    let given: readonly string[] = [];
    await migrateLegacyState({
      from,
      to,
      globalCodes: async (guilds) => {
        given = guilds;
        return ['1', 99n];
      },
    });
    expect(given).toEqual(['1', '2', '3', '4']);
    expect(await sentPairs(to)).toEqual(['1:A', '1:G', '1:H', '2:B', '4:X', '99:G', '99:H']);
  });

  it.for([['1', 5], 'all', undefined] as const)(
    'must be given to guild ids: %j is refused before anything is written',
    async (answer) => {
      const to = new MemoryStore();
      await expect(migrateLegacyState({ from, to, globalCodes: () => answer as never })).rejects.toMatchObject({
        code: answer instanceof Array ? 'INVALID_GUILD_ID' : 'INVALID_OPTION',
        message: expect.stringContaining('globalCodes()') as unknown,
      });
      expect(await sentPairs(to)).toEqual([]);
    },
  );
});
