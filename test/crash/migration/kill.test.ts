import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { startChild } from '../../support/legacy/child.js';
import { stateFile, temporaryFolder } from '../../support/legacy/files.js';
import { sentPairs } from '../../support/migration/sent-pairs.js';

const migrator = new URL('../../support/migration/migrator/main.ts', import.meta.url);
const GUILDS = 40;
const CODES = 500;
/** The last one is empty. */
const BATCHES = 5;

const text = JSON.stringify({
  channels: { '100': 1 },
  sent: Object.fromEntries(
    Array.from({ length: GUILDS }, (_, guild) => [`${guild}`, Array.from({ length: CODES }, (_, code) => `C${code}`)]),
  ),
});
const expected = Array.from({ length: GUILDS }, (_, guild) => Array.from({ length: CODES }, (_, code) => `${guild}:C${code}`))
  .flat()
  .sort();

describe('a migration that is killed', () => {
  it.for([
    ['between batches', 'stand', 1],
    ['between batches', 'stand', 3],
    ['with everything in, and before it has said so', 'stand', BATCHES],
    ['while it writes', 'die', 1],
    ['while it writes', 'die', 3],
  ] as const)('%s (%s after batch %i): the next run loses nothing and completes it', async ([, how, batch]) => {
    const statePath = await stateFile(text);
    const storePath = join(await temporaryFolder(), 'sent.json');
    const child = await startChild(migrator, [statePath, storePath, how, String(batch)]);
    await child.printed(batch);
    await child.kill();
    const said = Number(child.lines.findLast((line) => /^\d+$/.test(line)));
    expect(said).toBeGreaterThan(0);
    expect(child.lines).not.toContain('completed');
    expect(await readFile(statePath, 'utf8')).toBe(text);

    const to = new JsonFileStore({ path: storePath });
    try {
      const before = await sentPairs(to);
      expect(before.length).toBeGreaterThanOrEqual(said);
      const report = await migrateLegacyState({ from: legacyStateFile(statePath), to, markLegacyState: true });
      expect(report).toMatchObject({
        status: 'completed',
        totals: { alreadyThere: before.length, migrated: expected.length - before.length },
      });
      expect(await sentPairs(to)).toEqual(expected);
      expect((await migrateLegacyState({ from: legacyStateFile(statePath), to })).status).toBe('skipped');
    } finally {
      await to.close();
    }
    expect(JSON.parse(await readFile(statePath, 'utf8'))).toMatchObject({ migrated_to_sent_adapter: true });
  });
});
