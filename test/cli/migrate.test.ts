import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { progressText } from '../../src/cli/text/progress-bar.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { sentCodes } from '../support/sent-codes.js';
import { connect, freshDatabase, mongoUri } from '../tools/mongo/connect.js';

const GUILD = '1147956569271697518';
const STATE = {
  channels: { [GUILD]: 1, '2': 2 },
  sent: { [GUILD]: ['WOS0408', 'wos0408', ''], global: ['EVERYWHERE'] },
};

function paths(): { old: string; store: string[] } {
  const folder = tempFolder();
  const old = join(folder, 'giftcode_state.json');
  writeFileSync(old, JSON.stringify(STATE));
  return { old, store: ['--store', join(folder, 'sent.json')] };
}

it('from a file: a dry run writes nothing, then it runs once, and again with --force', async () => {
  const { old, store } = paths();
  const dry = await sentCodes(['migrate', 'file', old, '--dry-run', ...store, '--create']);
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(/guild +found +to move +there +repeats +refused +left/);
  expect(existsSync(store[1]!)).toBe(false);
  const { code, stdout } = await sentCodes(['migrate', 'file', old, ...store, '--create']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${GUILD} +4 +2 +0 +1 +1 +0$`, 'm'));
  expect(stdout).toMatch(/^2 guilds +5 +3 +0 +1 +1 +0$/m);
  expect(stdout).toContain(`refused: ${GUILD}: `);
  expect(await sentCodes(['check', '2', 'everywhere', ...store])).toMatchObject({ code: 0 });
  expect((await sentCodes(['migrate', 'file', old, ...store])).stdout).toContain('completed before');
  expect((await sentCodes(['migrate', 'file', old, '--force', '--json', ...store])).stdout).toContain(
    '"migrated":0,"alreadyThere":3',
  );
  expect(readFileSync(old, 'utf8')).toBe(JSON.stringify(STATE));
});

it('leaves global codes behind where it is told to', async () => {
  const { old, store } = paths();
  await sentCodes(['migrate', 'file', old, '--global-codes', 'skip', ...store, '--create']);
  expect(await sentCodes(['check', '2', 'EVERYWHERE', ...store])).toMatchObject({ code: 1 });
});

it('from a document, from documents of guilds, and from a collection', async () => {
  const database = freshDatabase();
  const db = (await connect()).db(database);
  await db.collection<{ _id: string; sent: object }>('giftcode_state').insertOne({ _id: 'giftcode_state', sent: { '1': ['A'] } });
  await db
    .collection<{ _id: string; codes: string[]; last_sent_at: string }>('per_guild')
    .insertOne({ _id: '2', codes: ['B'], last_sent_at: '2025-11-11T06:00:40.595606' });
  await db
    .collection<{ _id: string; sent_at: string; source: string }>('old_codes')
    .insertOne({ _id: '3:C', sent_at: '2025-11-11T06:00:40.595606', source: 'api' });
  const { store } = paths();
  const migrate = (kind: string, ...rest: string[]): Promise<unknown> =>
    sentCodes(['migrate', kind, mongoUri(), '--from-database', database, ...rest, ...store, '--create']);
  expect(await migrate('document')).toMatchObject({ code: 0, stderr: '' });
  expect(await migrate('guilds')).toMatchObject({ code: 2 });
  expect(await migrate('guilds', '--from-collection', 'per_guild')).toMatchObject({ code: 0, stderr: '' });
  expect(await migrate('collection', '--from-collection', 'old_codes')).toMatchObject({ code: 0, stderr: '' });
  for (const [guild, code] of [
    ['1', 'A'],
    ['2', 'B'],
    ['3', 'C'],
  ] as const) {
    expect(await sentCodes(['check', guild, code, ...store])).toMatchObject({ code: 0 });
  }
  expect((await sentCodes(['check', '3', 'C', '--json', ...store])).stdout).toContain('2025-11-11T06:00:40.595Z');
  const { stdout } = await sentCodes(['doctor', '--no-self-test', ...store]);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`documents of guilds in ${database}.per_guild`);
});

it('1 with the report if a guild cannot be moved', async () => {
  const { store } = paths();
  const database = freshDatabase();
  const db = (await connect()).db(database);
  await db.collection<{ _id: unknown; codes: unknown }>('per_guild').insertMany([
    { _id: '2', codes: ['B'] },
    { _id: 7, codes: ['X'] },
  ]);
  const at = [mongoUri(), '--from-database', database, '--from-collection', 'per_guild'];
  const { code, stdout, stderr } = await sentCodes(['migrate', 'guilds', ...at, ...store, '--create']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^2 +1 +1 /m);
  expect(stderr).toContain('MIGRATION_INCOMPLETE');
});

it('2 for a kind that is none, and for a path where a URI is needed', async () => {
  const { old, store } = paths();
  expect(await sentCodes(['migrate', 'files', old, ...store, '--create'])).toMatchObject({ code: 2 });
  expect(await sentCodes(['migrate', 'document', old, ...store, '--create'])).toMatchObject({ code: 2 });
});

it('Ctrl-C ends it between two batches', async () => {
  const { old, store } = paths();
  const stop = new AbortController();
  stop.abort();
  const { code, stderr } = await sentCodes(['migrate', 'file', old, ...store, '--create'], { signal: stop.signal });
  expect(code).toBe(130);
  expect(stderr).toMatch(/^0 codes moved\.\n.*What was moved stays/);
});

it('a bar has share, rate and time left', async () => {
  expect(progressText({ done: 5000, total: 20_000, noun: 'codes', ms: 2000 })).toBe(
    '[#####...............] 25 %  5000 codes, 2500/s, 6 s left',
  );
  expect(progressText({ done: 7, total: undefined, noun: 'records', ms: 0 })).toBe('7 records, 0/s');
  const { old, store } = paths();
  const shown = await sentCodes(['migrate', 'file', old, ...store, '--create'], { terminal: { showsProgress: true } });
  expect(shown.stderr).toContain('100 %  5 codes');
  expect(shown.stderr.endsWith('\r\u001b[K')).toBe(true);
});
