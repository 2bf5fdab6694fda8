import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { JsonFileStore, LegacyAdapterStore, legacyStateFile, MemoryStore } from 'sent-code-store';
import { importLines } from '../../src/cli/transfer/import-lines.js';
import { readLine, recordLine } from '../../src/cli/transfer/transfer-lines.js';
import { anyPrimitivesOf } from '../../src/core/store-as-driver.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { mongoWorld } from '../support/mongo-stores.js';
import { ManualClock } from '../support/stores/manual-clock.js';
import { sentCodes } from '../support/sent-codes.js';
import { mongoUri } from '../tools/mongo/connect.js';

const GUILD = '1147956569271697518';

/** A file with everything that an export has. */
async function sample(): Promise<{ path: string; clock: ManualClock }> {
  const path = join(tempFolder(), 'old.json');
  const clock = new ManualClock();
  const store = new JsonFileStore({ path, clock });
  await store.baseline('3', []);
  await store.markSent(GUILD, ['WOS0408'], { source: 'api', sentAt: new Date('2025-03-01T12:00:00Z') });
  await store.claim(GUILD, ['heldA', 'heldB']);
  await store.markSent(
    '2',
    Array.from({ length: 1500 }, (_, index) => `C${index}`),
  );
  await store.close();
  clock.advance(5000);
  return { path, clock };
}

async function exported(path: string, clock: ManualClock, ...args: string[]): Promise<string> {
  const { code, stdout } = await sentCodes(['export', ...args, '--store', path], { clock });
  expect(code).toBe(0);
  return stdout;
}

/** What two stores must agree on. */
const comparable = (lines: string): string[] =>
  lines
    .split('\n')
    .slice(1, -1)
    .filter((line) => !line.includes('"end"'))
    .sort();

it('export and import carry times, sources, messages and baselines from a file into a file', async () => {
  const { path, clock } = await sample();
  const lines = await exported(path, clock);
  const target = join(tempFolder(), 'new.json');
  expect(await sentCodes(['import', '--store', target, '--create', '--json'], { input: lines, clock })).toEqual({
    code: 0,
    stdout: `${JSON.stringify({ read: 1503, marked: 1501, alreadySent: 0, uncertain: 2, alreadyKnown: 0 })}\n`,
    stderr: '',
  });
  expect(comparable(await exported(target, clock))).toEqual(comparable(lines));
  const store = new JsonFileStore({ path: target, clock });
  const [claim] = await store.takeUncertain(GUILD);
  expect(claim).toMatchObject({ codes: ['heldA', 'heldB'], attempt: 2 });
  expect(await store.baseline('3', ['X'])).toMatchObject({ applied: false });
  await store.close();
});

it('into MongoDB and back, the same', async () => {
  const { path, clock } = await sample();
  const lines = await exported(path, clock);
  const { collection } = await mongoWorld();
  const store = ['--store', mongoUri(), '--database', collection.dbName];
  expect(await sentCodes(['import', ...store], { input: lines, clock })).toMatchObject({ code: 0 });
  const { stdout } = await sentCodes(['export', ...store], { clock });
  const withoutAge = (text: string): string[] => comparable(text.replaceAll(/"(?:first|last)TriedAt":"[^"]*"/g, ''));
  expect(withoutAge(stdout)).toEqual(withoutAge(lines));
});

it('what is sent in either stays sent, and the target’s own mark wins; a repeated import changes nothing', async () => {
  const { path, clock } = await sample();
  const lines = await exported(path, clock, GUILD);
  const target = join(tempFolder(), 'new.json');
  const store = new JsonFileStore({ path: target, clock });
  await store.markSent(GUILD, ['WOS0408', 'heldA'], { source: 'website' });
  await store.close();
  const figures = async (): Promise<unknown> =>
    JSON.parse((await sentCodes(['import', '--store', target, '--json'], { input: lines, clock })).stdout);
  expect(await figures()).toEqual({ read: 3, marked: 0, alreadySent: 1, uncertain: 1, alreadyKnown: 1 });
  expect(await figures()).toEqual({ read: 3, marked: 0, alreadySent: 1, uncertain: 0, alreadyKnown: 2 });
  const { stdout } = await sentCodes(['check', GUILD, 'WOS0408', 'heldA', '--json', '--store', target]);
  expect(JSON.parse(stdout)).toMatchObject({ codes: [{ source: 'website' }, { state: 'sent' }] });
});

it('a live claim arrives uncertain', async () => {
  const { primitives, store } = memory();
  await store.claim(GUILD, ['LIVE']);
  const lines: string[] = [];
  for await (const found of primitives.scanRecords({})) lines.push(recordLine(found, 0));
  expect(JSON.parse(lines[0]!)).toMatchObject({ state: 'uncertain', spelling: 'LIVE' });
  expect(lines[0]).not.toContain('token');
});

it('receipts, targets and the times of the tries go along', () => {
  const sent = { guildId: '1', code: 'A', record: { state: 'sent', source: 'api', sentAt: 5, receipt: 'c/9' } } as const;
  const held = {
    guildId: '1',
    code: 'B',
    record: {
      state: 'uncertain',
      token: null,
      messageId: 'm',
      spelling: 'b',
      position: 0,
      size: 1,
      attempt: 2,
      ageMs: 50,
      idleMs: 20,
      target: 'channel',
    },
  } as const;
  for (const found of [sent, held]) {
    expect(readLine(recordLine(found, 1000), 1000)).toEqual({ type: 'record', found });
  }
  expect(readLine(recordLine(held, 1000), 5000)).toMatchObject({ found: { record: { ageMs: 4050, idleMs: 4020 } } });
});

it.for([
  ['no header', (lines: string[]) => lines.slice(1), 'Line 1 is not the header'],
  ['a line that is no JSON', (lines: string[]) => lines.with(2, '{'), 'Line 3 cannot be read'],
  ['a record without a state', (lines: string[]) => lines.with(2, '{"guildId":"1","code":"A"}'), 'Line 3 cannot be read'],
  [
    'a code in another spelling',
    (lines: string[]) => lines.with(1, lines[1]!.replace('WOS', 'wos')),
    'Line 2 has the code "wos0408"',
  ],
  ['metadata that is the store’s alone', (lines: string[]) => lines.with(1, '{"metadata":"identity","value":"x"}'), 'Line 2'],
  ['an end that is missing', (lines: string[]) => lines.slice(0, -1), 'is cut short'],
  ['a record that is missing', (lines: string[]) => lines.toSpliced(1, 1), 'says 3 records, and 2 came'],
  ['something after the end', (lines: string[]) => [...lines, lines[1]!], 'comes after the end'],
] as const)('an export with %s is refused with its line', async ([, change, text]) => {
  const { path, clock } = await sample();
  const lines = (await exported(path, clock, GUILD)).trimEnd().split('\n');
  const { code, stderr } = await sentCodes(['import', '--store', path], { input: change(lines).join('\n'), clock });
  expect(code).toBe(1);
  expect(stderr).toContain(text);
});

it('another identity is refused', async () => {
  const { path, clock } = await sample();
  const lines = await exported(path, clock);
  const target = ['--store', join(tempFolder(), 'exact.json'), '--create', '--identity', 'exact'];
  expect(await sentCodes(['import', ...target], { input: lines, clock })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('IDENTITY_MISMATCH') as string,
  });
});

it('a target that cannot keep all of it refuses, and with --lossy uncertain codes arrive as sent', async () => {
  const { path, clock } = await sample();
  const lines = (await exported(path, clock, GUILD)).trimEnd().split('\n');
  const file = join(tempFolder(), 'giftcode_state.json');
  writeFileSync(file, '{ "sent": {} }');
  const store = new LegacyAdapterStore(legacyStateFile(file));
  const run = (lossy: boolean): Promise<unknown> =>
    importLines(
      (async function* () {
        yield* lines;
      })(),
      {
        store,
        primitives: anyPrimitivesOf(store),
        randomId: () => 'x',
        now: 0,
        lossy,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    );
  await expect(run(false)).rejects.toThrow('cannot keep times, sources, receipts, uncertain codes, baselines');
  expect(readFileSync(file, 'utf8')).toBe('{ "sent": {} }');
  expect(await run(true)).toMatchObject({ marked: 3, uncertain: 0 });
  expect(await store.filterUnsent(GUILD, ['WOS0408', 'HELDA', 'HELDB'])).toEqual([]);
});

it('Ctrl-C ends an import between two batches, and says what is in', async () => {
  const { path, clock } = await sample();
  const lines = await exported(path, clock, '2');
  const stop = new AbortController();
  stop.abort();
  const target = join(tempFolder(), 'new.json');
  const { code, stderr } = await sentCodes(['import', '--store', target, '--create'], {
    input: lines,
    clock,
    signal: stop.signal,
  });
  expect(code).toBe(130);
  expect(stderr).toContain('1000 codes were marked');
  expect(await sentCodes(['import', '--store', target, '--json'], { input: lines, clock })).toMatchObject({
    stdout: expect.stringContaining('"marked":500,"alreadySent":1000') as string,
  });
});

it('an export that is stopped has no end', async () => {
  const { path, clock } = await sample();
  const stop = new AbortController();
  stop.abort();
  expect(await sentCodes(['export', '--store', path], { clock, signal: stop.signal })).toMatchObject({
    code: 130,
    stdout: expect.not.stringContaining('"end"') as string,
  });
});

function memory(): { store: MemoryStore; primitives: ReturnType<typeof anyPrimitivesOf> } {
  const store = new MemoryStore();
  return { store, primitives: anyPrimitivesOf(store) };
}
