import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { JsonFileStore, migrateLegacyState } from 'sent-code-store';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { ManualClock } from '../support/stores/manual-clock.js';
import { type CallOptions, type Outcome, sentCodes } from '../support/sent-codes.js';

const GUILD = '1147956569271697518';

/** A file with two sent codes and one that is uncertain, and calls on it. */
async function world(): Promise<{ path: string; call: (args: string, options?: CallOptions) => Promise<Outcome> }> {
  const path = join(tempFolder(), 'sent-codes.json');
  const clock = new ManualClock();
  const store = new JsonFileStore({ path, clock, randomId: () => 'message-1' });
  await store.markSent(GUILD, ['WOS0408', 'gogoWOS'], { source: 'api' });
  await store.markSent('2', ['WOS0408'], { source: 'website' });
  await store.claim(GUILD, ['HELD']);
  await store.close();
  return { path, call: (args, options) => sentCodes([...args.split(' '), '--store', path], options) };
}

it('check: 0 if every code was sent, 1 if one was not or perhaps not', async () => {
  const { call } = await world();
  expect(await call(`check ${GUILD} wos0408 gogoWOS`)).toMatchObject({ code: 0 });
  const { code, stdout } = await call(`check ${GUILD} WOS0408 HELD NEW --json`);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    guildId: GUILD,
    allSent: false,
    codes: [
      { code: 'WOS0408', state: 'sent', source: 'api', sentAt: '2026-01-01T00:00:00.000Z' },
      { code: 'HELD', state: 'uncertain', messageId: 'message-1', attempt: 1, ageMs: 0, idleMs: 0 },
      { code: 'NEW', state: 'absent' },
    ],
  });
});

it('mark: marks with source and time, and keeps those of the first mark', async () => {
  const { call } = await world();
  expect(await call(`mark ${GUILD} NEW WOS0408 --sent-at 2025-06-01T10:00:00Z`)).toEqual({
    code: 0,
    stdout: `Marked NEW as sent to guild ${GUILD}.\nSent before: WOS0408.\n`,
    stderr: '',
  });
  const { stdout } = await call(`check ${GUILD} NEW WOS0408 --json`);
  expect(JSON.parse(stdout)).toMatchObject({
    codes: [
      { source: 'manual', sentAt: '2025-06-01T10:00:00.000Z' },
      { source: 'api', sentAt: '2026-01-01T00:00:00.000Z' },
    ],
  });
});

it('mark, reset: refuse an identity of which only the bot has the rule', async () => {
  const path = join(tempFolder(), 'sent.json');
  const identity = { name: 'own', normalize: (code: string) => code.slice(0, 3) };
  const store = new JsonFileStore({ path, identity });
  await store.markSent('1', ['abcdef']);
  await store.close();
  for (const args of [
    ['mark', '1', 'xyz123'],
    ['reset', '1'],
  ]) {
    expect(await sentCodes([...args, '--store', path, '--identity', 'own'])).toMatchObject({ code: 2 });
  }
  const wrong = await sentCodes(['check', '1', 'abc', '--store', path]);
  expect(wrong).toMatchObject({ code: 3 });
  expect(wrong.stderr).toContain('pass --identity');
  expect(await sentCodes(['check', '1', 'abc', '--store', path, '--identity', 'own'])).toMatchObject({ code: 0 });
});

it('list, stats, uncertain: tables, and JSON line by line', async () => {
  const { call } = await world();
  const lines = async (args: string): Promise<unknown[]> => {
    const { stdout } = await call(`${args} --json`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };
  expect(await lines(`list ${GUILD}`)).toHaveLength(2);
  expect(await lines('stats')).toMatchObject([
    { guildId: GUILD, total: 2, bySource: { api: 2 }, uncertain: 1 },
    { guildId: '2', total: 1 },
  ]);
  expect(await lines('uncertain')).toMatchObject([{ guildId: GUILD, spelling: 'HELD', messageId: 'message-1' }]);
  expect((await call('stats')).stdout).toMatch(/^2 guilds +3 +1$/m);
  expect((await call('uncertain 2')).stdout).toBe('No code is uncertain.\n');
  expect((await call('list 3')).stdout).toBe('Nothing was sent to guild 3.\n');
});

it('a table is cut at the edge of a terminal, and nowhere else', async () => {
  const { call } = await world();
  const widest = ({ stdout }: Outcome): number => Math.max(...stdout.split('\n').map((line) => line.length));
  expect(widest(await call('stats', { terminal: { isTerminal: true, columns: 60 } }))).toBe(60);
  expect(widest(await call('stats', { terminal: { columns: 60 } }))).toBeGreaterThan(60);
});

it('resolve: decides what is uncertain, and 1 for what is not', async () => {
  const { call } = await world();
  expect(await call(`resolve ${GUILD} HELD`)).toMatchObject({ code: 2 });
  expect(await call(`resolve ${GUILD} held WOS0408 --as not-sent`)).toEqual({
    code: 1,
    stdout: `1 of 2 decided as not-sent in guild ${GUILD}.\nWOS0408 is sent: left alone.\n`,
    stderr: '',
  });
  expect((await call(`check ${GUILD} HELD --json`)).stdout).toContain('absent');
});

it.for([
  ['forget', `forget ${GUILD} WOS0408`],
  ['reset', `reset ${GUILD} gogoWOS`],
  ['clear', `clear ${GUILD}`],
] as const)('%s: asks, needs --yes where nobody is there, and then forgets', async ([, args]) => {
  const { call } = await world();
  expect(await call(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as string });
  expect(await call(args, { answer: '' })).toMatchObject({ code: 1, stdout: 'Nothing was forgotten.\n' });
  expect(await call(`check ${GUILD} WOS0408`)).toMatchObject({ code: 0 });
  expect(await call(args, { answer: 'y' })).toMatchObject({ code: 0 });
  expect(await call(`check ${GUILD} WOS0408 --json`)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('absent') as string,
  });
});

it('reset: keeps what is named, and the guild stays known', async () => {
  const { call, path } = await world();
  expect(await call(`reset ${GUILD} gogoWOS OTHER --yes --json`)).toMatchObject({
    stdout: `${JSON.stringify({ guildId: GUILD, forgotten: 2, kept: ['gogoWOS', 'OTHER'] })}\n`,
  });
  expect(await call(`check ${GUILD} gogoWOS OTHER`)).toMatchObject({ code: 0 });
  const store = new JsonFileStore({ path });
  expect(await store.baseline(GUILD, ['X'])).toMatchObject({ applied: false });
  await store.close();
});

it('forget: 1 if something was not there', async () => {
  const { call } = await world();
  expect(await call(`forget ${GUILD} WOS0408 NEVER --yes`)).toMatchObject({
    code: 1,
    stdout: `1 of 2 forgotten in guild ${GUILD}.\n`,
  });
});

it('reset-migration: makes the store forget that one ran, and keeps the codes', async () => {
  const { call, path } = await world();
  expect(await call('reset-migration')).toMatchObject({ code: 1 });
  const store = new JsonFileStore({ path });
  await migrateLegacyState({ from: [{ guildId: '3', codes: ['OLD'] }], to: store, name: 'old' });
  await store.close();
  expect(await call('reset-migration other')).toMatchObject({ code: 1 });
  expect(await call('reset-migration old')).toMatchObject({ code: 0, stdout: '1 migration forgotten. The codes stay.\n' });
  expect(await call('check 3 OLD')).toMatchObject({ code: 0 });
});

it('compact: leaves all of it in the snapshot', async () => {
  const { call, path } = await world();
  const journals = (): string[] => readdirSync(dirname(path)).filter((name) => name.includes('.journal.'));
  const before = journals();
  expect(await call('compact')).toMatchObject({ code: 0 });
  expect(journals()).not.toEqual(before);
  expect(await call(`check ${GUILD} WOS0408`)).toMatchObject({ code: 0 });
  expect(await sentCodes(['compact', '--store', 'mongodb://127.0.0.1:1/'])).toMatchObject({ code: 2 });
});

it('recover: asks, keeps the damaged file, and saves the rest', async () => {
  const { call, path } = await world();
  expect(await call('recover')).toMatchObject({ code: 0, stdout: `${path} is not damaged.\n` });
  writeFileSync(path, readFileSync(path, 'utf8').replace('WOS0408', 'XOS0408'));
  expect(await call(`check ${GUILD} WOS0408`)).toMatchObject({ code: 3, stderr: expect.stringMatching(/, line \d, /) as string });
  expect(await call('recover', { answer: 'n' })).toMatchObject({ code: 1 });
  expect(await call('recover --yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Recovered 3 sent codes') as string,
  });
  expect(readdirSync(dirname(path)).some((name) => name.startsWith(`${basename(path)}.damaged-`))).toBe(true);
  expect(await call(`check ${GUILD} gogoWOS`)).toMatchObject({ code: 0 });
});

it('no command makes a file unless it is told to', async () => {
  const path = join(tempFolder(), 'typo.json');
  for (const args of [['mark', '1', 'A'], ['check', '1', 'A'], ['import'], ['compact'], ['forget', '1', 'A', '--yes']]) {
    const { code, stderr } = await sentCodes([...args, '--store', path], { input: '' });
    expect({ args, code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('STORE_NOT_FOUND') as string });
    expect(existsSync(path)).toBe(false);
  }
});

it('beside a running bot: reads work, and a write says who has the file', async () => {
  const { call, path } = await world();
  const bot = new JsonFileStore({ path });
  await bot.markSent('9', ['LIVE']);
  expect(await call('check 9 LIVE')).toMatchObject({ code: 0 });
  const { code, stderr } = await call('mark 9 OTHER');
  expect(code).toBe(3);
  expect(stderr).toContain(`(${process.pid})`);
  expect(stderr).toContain(`what to do: stop process ${process.pid} first, or let the bot do it`);
  expect(JSON.parse((await call('mark 9 OTHER --json')).stderr)).toMatchObject({
    error: { code: 'STORE_LOCKED', pid: process.pid },
    hint: expect.stringContaining('stop process') as string,
  });
  await bot.close();
});

it('Ctrl-C in a list says what is done, and ends with 130', async () => {
  const { call } = await world();
  const stop = new AbortController();
  const terminal = { write: async () => stop.abort() };
  expect(await call(`list ${GUILD} --json`, { signal: stop.signal, terminal })).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('1 codes were listed') as string,
  });
});

it('colours only where the terminal has them', async () => {
  const { call } = await world();
  expect((await call('stats')).stdout).not.toContain('\u001b');
  expect((await call('stats', { terminal: { colours: true } })).stdout).toContain('\u001b[1m');
});
