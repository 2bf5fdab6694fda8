import fs from 'node:fs';
import path from 'node:path';
import {
  announce,
  type FallbackEvent,
  FallbackStore,
  LegacyAdapterStore,
  MemoryStore,
  migrateLegacyState,
} from 'sent-code-store';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LockSocket } from '../../src/files/lock/lock-socket.js';
import { describeEvent } from '../../src/stores/fallback/chain/event-texts.js';
import { Disk, DiskStore } from '../support/fallback/disk-store.js';
import { interceptedFiles, systemError } from '../support/json-file/intercepted-files.js';
import { compact, sampleFiles } from '../support/json-file/sample-store.js';
import { Lines, makeStore, warnings, withStore } from '../support/json-file/stores.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { mongoWorld } from '../support/mongo-stores.js';

/** Log lines that operators search for, to the letter: a change here breaks somebody's alert. */

async function sampleFolder(): Promise<string> {
  const folder = tempFolder();
  for (const [file, bytes] of await sampleFiles(folder)) fs.writeFileSync(file, bytes);
  return folder;
}

describe('log lines of a delivery', () => {
  it('say what was marked in each guild, and once that nothing is new', async () => {
    const logger = new Lines();
    const store = new MemoryStore();
    const send = async (): Promise<void> => undefined;
    const round = (codes: string[]): Promise<unknown> => announce(store, { guilds: ['1', '2'], codes, send, logger });
    await round(['A', 'B']);
    await round(['A', 'B']);
    await round(['A', 'B']);
    await round(['B', 'C']);
    expect(logger.all).toEqual([
      'info Marked 2 new codes as sent for guild 1',
      'info Marked 2 new codes as sent for guild 2',
      'info 2 guilds: 4 sent',
      'info No new codes for guild 1',
      'info No new codes for guild 2',
      'info Marked 1 new codes as sent for guild 1',
      'info Marked 1 new codes as sent for guild 2',
      'info 2 guilds: 2 sent, 2 already-sent',
    ]);
  });
});

describe('log lines of a migration', () => {
  const from = { sent: { '1': ['a', 'A', ''], '2': ['b'] } };

  it('that runs, and that was completed before', async () => {
    const logger = new Lines();
    const to = new MemoryStore();
    await migrateLegacyState({ from, to, logger });
    await migrateLegacyState({ from, to, logger });
    expect(logger.all).toEqual([
      'info Migration started: legacy state -> MemoryStore',
      'info Migrated 1 codes for guild 1 (3 found, 0 already there, 1 repeats, 1 refused)',
      'info Migrated 1 codes for guild 2 (1 found, 0 already there, 0 repeats, 0 refused)',
      'info Migration complete: 2 total codes migrated',
      expect.stringMatching(
        /^info Migration already completed, skipping \(legacy state, completed at \S+; force runs it again\)$/,
      ),
    ]);
  });

  it('that only looks', async () => {
    const logger = new Lines();
    await migrateLegacyState({ from: { sent: { '1': ['a'] } }, to: new MemoryStore(), logger, dryRun: true });
    expect(logger.all).toEqual([
      'info Migration started (dry run): legacy state -> MemoryStore',
      'info Would migrate 1 codes for guild 1 (1 found, 0 already there, 0 repeats, 0 refused)',
      'info Dry run complete: 1 total codes would be migrated',
    ]);
  });

  it('into a store that does not remember it', async () => {
    const logger = new Lines();
    const to = new LegacyAdapterStore({ getState: async () => ({ sent: {} }), setState: async () => true });
    await migrateLegacyState({ from: { sent: {} }, to, logger });
    expect(logger.all).toEqual([
      'info Migration started: legacy state -> LegacyAdapterStore',
      'warn LegacyAdapterStore keeps no marks of migrations: this one runs again each time',
      'info Migration complete: 0 total codes migrated',
    ]);
  });

  it('that cannot move a guild', async () => {
    const logger = new Lines();
    const entries = [{ guildId: '1', codes: 5 as never }];
    await migrateLegacyState({ from: entries, to: new MemoryStore(), logger }).catch(() => undefined);
    expect(logger.all).toEqual([
      'info Migration started: entries -> MemoryStore',
      expect.stringMatching(
        /^error Migration of guild 1 failed: .+ \(0 migrated, 0 not moved, 0 found, 0 already there, 0 repeats, 0 refused\)$/,
      ),
      expect.stringMatching(
        /^error Migration of entries is not complete \(1 of 1 guilds failed: 1\): .+ What was moved stays\. Do not send from the target before a run completes\.$/,
      ),
    ]);
  });
});

describe('log lines of a FallbackStore', () => {
  it('whose stores all fail, whose onEvent throws, and whose member does not close', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warnings.mockRestore());
    const logger = new Lines();
    const [first, mirror] = [new Disk(), new Disk()];
    const members = [new DiskStore(first, 'shared', { name: 'first' }), new DiskStore(mirror, 'mirror', { name: 'mirror' })];
    for (const disk of [first, mirror]) disk.fault = 'reject';
    const onEvent = ({ type }: FallbackEvent): void => {
      if (type === 'all-stores-failed') throw new Error('a bug of the bot');
    };
    const store = new FallbackStore(members, { name: 'chain', logger, onEvent });
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'ALL_STORES_FAILED' });
    vi.spyOn(members[1]!, 'close').mockRejectedValue(new Error('busy'));
    await store.close();
    expect(logger.all).toContain('warn chain: first is away: first refuses');
    expect(logger.all).toContain('warn chain: degraded: going on without first');
    expect(logger.all).toContain('error chain: CRITICAL: All persistence methods failed: first refuses | mirror refuses');
    // A bug of the bot is a process warning, not a line of the chain.
    expect(warnings).toHaveBeenCalledWith(expect.objectContaining({ message: 'a bug of the bot' }));
    expect(logger.all).toContain('warn chain: mirror did not close: busy');
  });

  const error = new Error('why');
  it.for<[FallbackEvent, string, string]>([
    [{ type: 'store-down', store: 'm', error }, 'warn', 'm is away: why'],
    [{ type: 'store-up', store: 'm' }, 'info', 'm is up'],
    [{ type: 'degraded', store: 'm', error }, 'warn', 'degraded: going on without m'],
    [{ type: 'recovered', store: 'm' }, 'info', 'm has everything and decides'],
    [{ type: 'replayed', store: 'm', codes: 3 }, 'info', 'replayed 3 codes that m remembered'],
    [
      { type: 'foreign-writer', store: 'm', guildId: '1' },
      'warn',
      'somebody else writes guild 1 too: an outage will hold it (seen beside m)',
    ],
    [{ type: 'mirror-demoted', store: 'm', error }, 'warn', 'm missed a write and may not answer alone until it is copied again'],
    [{ type: 'guild-copied', store: 'm', guildId: '1', records: 3 }, 'info', 'm has all 3 records of guild 1'],
    [
      { type: 'first-store-replaced', store: 'm' },
      'warn',
      'the first store is not the one that m was kept beside: all that it knows goes up',
    ],
    [{ type: 'first-store-refilled', store: 'm', records: 3 }, 'info', '3 records of m are in the first store'],
    [
      { type: 'mirror-set-aside', store: 'm', error, keptAt: 'x.damaged-*' },
      'error',
      'm was damaged and is filled again; the damaged data is at x.damaged-*: why',
    ],
    [{ type: 'all-stores-failed', errors: [error, 'text'] }, 'error', 'CRITICAL: All persistence methods failed: why | text'],
  ])('for the event %j', ([event, level, text]) => {
    expect(describeEvent(event)).toEqual({ level, text });
  });
});

describe('log lines of a JsonFileStore', () => {
  it('that drops a torn line', async () => {
    const folder = await sampleFolder();
    const journal = path.join(folder, 'sent.json.journal.2');
    fs.appendFileSync(journal, '{"len":"000000');
    const end = fs.readFileSync(journal).lastIndexOf('\n') + 1;
    const logger = new Lines();
    await withStore(folder, (store) => store.ping(), { logger });
    expect(logger.all).toEqual([
      `warn ${journal}: line 6 is cut short and was dropped; its 14 bytes are kept as ${journal}.dropped-${end}-0c974981. ` +
        'A crash or a power failure in the middle of a write leaves such a line, and its call was never acknowledged.',
    ]);
  });

  it('that finds codes twice', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'sent.json');
    await withStore(folder, (store) => store.markSent('1', ['A']));
    await compact(file);
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const guild = lines.findIndex((line) => line.includes('"A"'));
    lines.splice(guild, 0, `${lines[guild]!},`);
    fs.writeFileSync(file, lines.join('\n'));
    const logger = new Lines();
    await withStore(folder, (store) => store.ping(), { recover: true, logger });
    expect(logger.all.slice(0, -1)).toEqual(logger.all.filter((line) => line.startsWith('error Recovering: ')));
    expect(logger.all.at(-1)).toBe(`warn ${file}: 1 codes were there twice; the earliest time of each counts.`);
  });

  it('that recovers a damaged file', async () => {
    const folder = await sampleFolder();
    const file = path.join(folder, 'sent.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"SPRING24","auto"', '"SPRING24","auto'));
    const logger = new Lines();
    await withStore(folder, (store) => store.ping(), { recover: true, logger });
    expect(logger.all[0]).toMatch(new RegExp(`^error Recovering: ${file}, line 3, .+\\.$`));
    expect(logger.all.at(-1)).toBe(
      `error Recovering: the damaged ${file} is kept as ${file}.damaged-1. Codes that could not be read of it count as new.`,
    );
  });

  it('that cannot fold its journal', async () => {
    const folder = tempFolder();
    const { logger, first } = warnings();
    const files = interceptedFiles(({ name, path: at }) => {
      if (name === 'write' && at.endsWith('.unfinished')) throw systemError('ENOSPC');
    });
    await withStore(folder, (store) => store.markSent('1', ['OLD']));
    const store = makeStore(folder, { logger }, { files, compactAtBytes: { least: 1, most: 1 } });
    await store.ping();
    expect(await first).toContain(
      `${path.join(folder, 'sent.json')}: the journal was not folded into the snapshot, and grows on. `,
    );
  });

  it.skipIf(process.platform !== 'linux')('in a folder without sockets (on Linux, which has a lock besides)', async () => {
    const folder = tempFolder();
    const listen = LockSocket.listen.bind(LockSocket);
    const spy = vi
      .spyOn(LockSocket, 'listen')
      .mockImplementation((at) => (at.startsWith('\0') ? listen(at) : Promise.reject(systemError('EPERM'))));
    onTestFinished(() => spy.mockRestore());
    const logger = new Lines();
    await withStore(folder, (store) => store.ping(), { logger });
    expect(logger.all).toEqual([
      `warn ${folder} takes no sockets: ${path.join(folder, 'sent.json')} is locked for this machine or container alone.`,
    ]);
  });
});

it('the log line of a MongoStore that meets ids of another form', async () => {
  const logger = new Lines();
  const { store, documents } = await mongoWorld({ logger });
  await documents.insertMany([{ _id: '1:lower', sent_at: new Date(0) }]);
  for await (const found of store.listSent('1')) expect(found).toBeUndefined();
  expect(logger.all).toEqual([
    'warn MongoStore: 1 documents have an id that is not "guild:CODE" with the code as identity "gift-code" writes it. ' +
      'No look-up finds them, so they count for nothing.',
  ]);
});
