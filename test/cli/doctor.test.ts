import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JsonFileStore, MemoryStore, MongoStore } from 'sent-code-store';
import type { AbstractSentCodeStore } from '../../src/core/abstract-store.js';
import { fileChecks } from '../../src/cli/doctor/file-checks.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { serverChecks } from '../../src/cli/doctor/mongo-checks.js';
import { selfTest } from '../../src/cli/doctor/self-test.js';
import { fileFacts, type FileFacts } from '../../src/stores/json-file/file-facts.js';
import type { ServerFacts } from '../../src/stores/mongo/server-facts.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { ManualClock } from '../support/stores/manual-clock.js';
import { sentCodes } from '../support/sent-codes.js';
import { connect, ownServer } from '../tools/mongo/connect.js';
import type { MongoServerOptions } from '../tools/mongo/server/server.js';

const GUILD = '1147956569271697518';
/** The time of the clock on which calls run. */
const NOW = new ManualClock().now();

interface Report {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

async function doctor(...args: string[]): Promise<Report & { code: number }> {
  const { code, stdout } = await sentCodes(['doctor', '--json', ...args]);
  return { code, ...(JSON.parse(stdout) as Report) };
}

const problems = ({ findings }: Report): string[] =>
  findings.filter(({ status }) => status === 'fault' || status === 'warning').map(({ name, status }) => `${status} ${name}`);

describe('doctor of a file', () => {
  async function sample(): Promise<string> {
    const path = join(tempFolder(), 'sent.json');
    const store = new JsonFileStore({ path });
    await store.markSent(GUILD, ['WOS0408']);
    await store.close();
    return path;
  }
  const journalOf = (path: string): string =>
    join(
      dirname(path),
      readdirSync(dirname(path)).find((name) => name.includes('.journal.'))!,
    );

  it('finds nothing in a sound one, tries it, and cleans up', async () => {
    const path = await sample();
    const report = await doctor('--store', path);
    expect(report).toMatchObject({ code: 0, ok: true });
    expect(problems(report)).toEqual([]);
    expect(report.findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['basic operations', 'duplicate prevention', 'guild isolation', 'normalisation']),
    );
    expect((await sentCodes(['stats', '--json', '--store', path])).stdout.trim().split('\n')).toHaveLength(1);
  });

  it.for<[fault: string, found: string, plant: (path: string) => void | Promise<void>]>([
    [
      'a file that is not there',
      'fault file',
      (path) => {
        rmSync(dirname(path), { recursive: true });
        mkdirSync(dirname(path));
      },
    ],
    ['a flipped bit', 'fault damage', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('WOS0408', 'XOS0408'))],
    ['a journal that is missing', 'fault damage', (path) => rmSync(journalOf(path))],
    ['a file of somebody else', 'fault damage', (path) => writeFileSync(path, '{"codes":[]}')],
    [
      'a file of a later version',
      'fault damage',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"version":2', '"version":3')),
    ],
    ['what a recovery put aside', 'warning put aside', (path) => writeFileSync(`${path}.damaged-1`, '')],
    [
      'a code that waits for a decision',
      'warning uncertain',
      async (path) => {
        const store = new JsonFileStore({ path });
        await store.claim(GUILD, ['HELD']);
        await store.close();
      },
    ],
    [
      'another identity',
      'fault damage',
      async (path) => {
        rmSync(path);
        rmSync(journalOf(path));
        const store = new JsonFileStore({ path, identity: { name: 'own', normalize: (code) => code } });
        await store.ping();
        await store.close();
      },
    ],
  ])('finds %s', async ([, found, plant]) => {
    const path = await sample();
    await plant(path);
    const report = await doctor('--store', path, '--no-self-test');
    expect(problems(report)).toContain(found);
    expect(report.code).toBe(found.startsWith('fault') ? 1 : 0);
    expect(report.findings.filter(({ status }) => status === 'fault' && status.length > 0).every(({ text }) => text !== '')).toBe(
      true,
    );
  });

  it('names file and line of damage', async () => {
    const path = await sample();
    writeFileSync(path, readFileSync(path, 'utf8').replace('WOS0408', 'XOS0408'));
    const { findings } = await doctor('--store', path);
    expect(findings.find(({ name }) => name === 'damage')?.text).toMatch(/^sent\.json, line \d, does not match its checksum\.$/);
  });

  it('says who has the file, reads beside it, and leaves the self-test out', async () => {
    const path = await sample();
    const bot = new JsonFileStore({ path });
    await bot.ping();
    expect((await fileFacts(path)).owner).toEqual({ pid: process.pid });
    const report = await doctor('--store', path);
    expect(report.code).toBe(0);
    expect(report.findings).toContainEqual({
      name: 'lock',
      status: 'note',
      text: `Process ${process.pid} has it open for writing.`,
    });
    expect(report.findings.at(-1)?.text).toContain('Left out');
    await bot.close();
    expect((await fileFacts(path)).owner).toBeUndefined();
  });

  it.for<[fault: string, found: string, facts: Partial<FileFacts>]>([
    ['a folder without rights', 'fault folder', { folderIsWritable: false }],
    ['a file that is mounted by itself', 'fault folder', { isMounted: true }],
    ['a disk that is nearly full', 'warning disk', { freeBytes: 1000 }],
    ['a compaction that was interrupted', 'warning file', { journalBytes: [10, 20] }],
  ])('finds %s', async ([, found, facts]) => {
    const sound = await fileFacts(await sample());
    expect(fileChecks(sound).map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(problems({ ok: false, findings: fileChecks({ ...sound, ...facts }) })).toEqual([found]);
  });
});

describe('doctor of MongoDB', () => {
  async function world(options: MongoServerOptions = {}): Promise<{ at: string[]; uri: string }> {
    const { uri } = await ownServer({ clock: () => NOW, ...options });
    const store = new MongoStore({ uri: `${uri}bot` });
    await store.markSent(GUILD, ['WOS0408']);
    await store.close();
    return { at: ['--store', `${uri}bot`], uri };
  }

  it('finds nothing in a sound one, tries it, and cleans up', async () => {
    const { at } = await world();
    const report = await doctor(...at);
    expect(problems(report)).toEqual([]);
    expect(report).toMatchObject({ code: 0, ok: true });
    expect((await sentCodes(['stats', '--json', ...at])).stdout.trim().split('\n')).toHaveLength(1);
  });

  it.for<[fault: string, found: string, disguise: NonNullable<MongoServerOptions['disguise']>]>([
    ['a capped collection', 'fault collection', { listCollections: described({ options: { capped: true, size: 1000 } }) }],
    ['a view', 'fault collection', { listCollections: described({ type: 'view' }) }],
    ['a collation', 'fault collation', { listCollections: described({ options: { collation: { locale: 'en' } } }) }],
    ['a validator', 'warning validator', { listCollections: described({ options: { validator: {} } }) }],
    [
      'an index that removes marks',
      'fault indexes',
      { listIndexes: indexed({ key: { sent_at: 1 }, name: 'old', expireAfterSeconds: 60 }) },
    ],
    ['a unique index', 'fault indexes', { listIndexes: indexed({ key: { code: 1 }, name: 'code_1', unique: true }) }],
  ])('finds %s', async ([, found, disguise]) => {
    const { at } = await world({ disguise });
    const report = await doctor(...at, '--no-self-test');
    expect(problems(report)).toEqual([found]);
    expect(report.code).toBe(found.startsWith('fault') ? 1 : 0);
  });

  it('finds a clock that is wrong', async () => {
    const { at } = await world({ clock: () => NOW + 3_600_000 });
    const { findings } = await doctor(...at, '--no-self-test');
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'clock', status: 'warning', text: 'The server’s clock is 1 h ahead of this machine’s.' }),
    );
  });

  it('finds a server that does not answer, and a majority that does not confirm', async () => {
    expect(problems(await doctor('--store', 'mongodb://127.0.0.1:1/bot?serverSelectionTimeoutMS=50'))).toEqual(['fault server']);
    let confirms = true;
    const unconfirmed: Change = (reply) =>
      confirms ? reply : { ...reply, writeConcernError: { code: 64, errmsg: 'timed out' } };
    const { at } = await world({ disguise: { update: unconfirmed, delete: unconfirmed } });
    confirms = false;
    const report = await doctor(...at);
    expect(problems(report)).toEqual(['fault self-test']);
    expect(report.findings.at(-1)?.text).toContain('not confirmed by a majority');
  });

  it('finds documents that no look-up finds, the older shape, and a state that was never moved', async () => {
    const { at, uri } = await world();
    const db = (await connect({ uri })).db('bot');
    await db
      .collection<{ _id: string; sent_at?: Date }>('sent_giftcodes')
      .insertOne({ _id: `${GUILD}:lower`, sent_at: new Date() });
    await db.collection<{ _id: string; codes: string[] }>('sent_giftcodes').insertOne({ _id: '7', codes: ['A'] });
    await db.collection<{ _id: string; sent: object }>('giftcode_state').insertOne({ _id: 'giftcode_state', sent: {} });
    const report = await doctor(...at, '--no-self-test');
    expect(problems(report)).toEqual(['fault ids', 'warning migration']);
    expect(report.findings.find(({ name }) => name === 'ids')?.text).toContain(`${GUILD}:lower`);
    expect(report.findings.find(({ name }) => name === 'older shape')?.text).toContain('1 guild ');
  });

  it('says that a collection is not there, and makes none', async () => {
    const { uri } = await ownServer();
    const report = await doctor('--store', `${uri}typo`);
    expect(report.findings).toContainEqual(expect.objectContaining({ name: 'collection', status: 'note' }));
    expect(await (await connect({ uri })).db('typo').listCollections().toArray()).toEqual([]);
  });

  it.for<[fault: string, found: string, facts: Partial<ServerFacts>]>([
    [
      'a shard key that is not _id',
      'fault shard key',
      { topology: 'sharded', collection: collection({ shardKey: { guild_id: 1 } }) },
    ],
    ['a majority that one failure takes away', 'warning majority', { topology: 'replica set', hosts: 2, arbiters: 1 }],
  ])('finds %s', ([, found, facts]) => {
    expect(problems({ ok: false, findings: serverChecks({ ...SOUND, ...facts }) })).toEqual([found]);
  });

  it.for<[what: string, facts: Partial<ServerFacts>]>([
    ['a hashed _id', { topology: 'sharded', collection: collection({ shardKey: { _id: 'hashed' } }) }],
    ['three members with data', { topology: 'replica set', hosts: 3 }],
    ['three members with data and an arbiter', { topology: 'replica set', hosts: 4, arbiters: 1 }],
  ])('is content with %s', ([, facts]) => {
    expect(problems({ ok: true, findings: serverChecks({ ...SOUND, ...facts }) })).toEqual([]);
  });
});

describe('doctor of a database and a file', () => {
  it('finds a file of another database, and one that never stood beside any', async () => {
    const { uri } = await ownServer({ clock: () => NOW });
    const store = new MongoStore({ uri: `${uri}bot` });
    await store.markSent(GUILD, ['A']);
    await store.close();
    const path = join(tempFolder(), 'mirror.json');
    const file = new JsonFileStore({ path });
    await file.ping();
    await file.close();
    const at = ['--store', `${uri}bot`, '--fallback', path];
    expect(problems(await doctor(...at, '--no-self-test'))).toEqual(['warning mirror']);
    expect(problems(await doctor(...at))).toEqual(['warning mirror']);
    expect(problems(await doctor(...at, '--no-self-test'))).toEqual([]);
    await (
      await connect({ uri })
    )
      .db('bot')
      .collection<{ _id: string }>('sent_giftcodes')
      .deleteMany({ _id: /^:fallback:/ });
    expect(problems(await doctor(...at, '--no-self-test'))).toEqual(['warning in step']);
  });
});

describe('the self-test', () => {
  it.for<[name: string, breaks: (store: AbstractSentCodeStore) => void]>([
    ['basic operations', (store) => (store.markSent = async () => ({ marked: ['TEST1'], alreadySent: [] }))],
    [
      'duplicate prevention',
      (store) => (store.claim = async () => ({ claimed: ['TEST3'], alreadySent: [], heldElsewhere: [], uncertain: [] })),
    ],
    ['normalisation', (store) => breakFilter(store, (codes) => codes.includes(' test1 '))],
    ['guild isolation', (store) => breakFilter(store, (codes) => codes.includes('TEST4'))],
  ])('finds a store that breaks %s', async ([name, breaks]) => {
    const store = new MemoryStore();
    breaks(store);
    let ids = 0;
    const findings = await selfTest(store, () => `id-${(ids += 1)}`);
    expect(findings.find(({ status }) => status === 'fault')?.name).toBe(name);
    for await (const guildId of store.listGuilds()) expect(guildId).toBe('none');
  });
});

function breakFilter(store: AbstractSentCodeStore, isWrong: (codes: readonly string[]) => boolean): void {
  const right = store.filterUnsent.bind(store);
  store.filterUnsent = async (guildId, codes) =>
    isWrong([...codes]) ? ((await right(guildId, codes)).length === 0 ? [...codes] : []) : right(guildId, codes);
}

function collection(facts: Partial<NonNullable<ServerFacts['collection']>> = {}): NonNullable<ServerFacts['collection']> {
  return { type: 'collection', options: {}, indexes: [], shardKey: undefined, ...facts };
}

const SOUND: ServerFacts = {
  namespace: 'bot.sent_giftcodes',
  pingMs: 1,
  version: '8.0.0',
  topology: 'standalone',
  hosts: 1,
  arbiters: 0,
  clockSkewMs: 0,
  collection: collection(),
  hasLegacyState: false,
};

type Change = NonNullable<MongoServerOptions['disguise']>[string];

function changed(changes: (batch: object[]) => object[]): Change {
  return (reply) => {
    const { cursor } = reply as { cursor: { firstBatch: object[] } };
    return { ...reply, cursor: { ...cursor, firstBatch: changes(cursor.firstBatch) } };
  };
}

function described(more: object): Change {
  return changed((batch) => batch.map((found) => ({ ...found, ...more })));
}

function indexed(index: object): Change {
  return changed((batch) => [...batch, { v: 2, ...index }]);
}
