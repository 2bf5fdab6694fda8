import { expect, it } from 'vitest';
import { join } from 'node:path';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { sentCodes } from '../support/sent-codes.js';

const GUILD = '1147956569271697518';

it.for([
  ['a flag before the guild', ['mark', '--json', GUILD, '007']],
  ['options between arguments', ['mark', GUILD, '--source', 'api', '007']],
  ['options with =', ['mark', GUILD, '007', '--source=api']],
  ['all behind --', ['mark', '--json', '--', GUILD, '007']],
] as [string, string[]][])('no digit of a guild or a code is lost: %s', async ([, args]) => {
  const store = ['--store', join(tempFolder(), 'sent.json'), '--create'];
  const separator = args.indexOf('--');
  const call = separator === -1 ? [...args, ...store] : [...args.slice(0, separator), ...store, ...args.slice(separator)];
  expect(await sentCodes(call)).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await sentCodes(['list', GUILD, '--json', ...store]);
  expect(JSON.parse(stdout)).toMatchObject({ guildId: GUILD, code: '007' });
});

it('takes a negative id of Telegram, and a code that begins with - behind --', async () => {
  const store = join(tempFolder(), 'sent.json');
  expect((await sentCodes(['mark', '--store', store, '--create', '-1001234567890', 'A'])).code).toBe(0);
  expect((await sentCodes(['mark', '--store', store, '--', '-1001234567890', '-B'])).code).toBe(0);
  const { stdout } = await sentCodes(['check', '--store', store, '--json', '--', '-1001234567890', 'a', '-b']);
  expect(JSON.parse(stdout)).toMatchObject({ guildId: '-1001234567890', allSent: true });
});

it('a value that looks like a number stays as it was written', async () => {
  const store = join(tempFolder(), 'sent.json');
  await sentCodes(['mark', GUILD, 'A', '--source', '007', '--store', store, '--create']);
  expect(JSON.parse((await sentCodes(['check', GUILD, 'A', '--json', '--store', store])).stdout)).toMatchObject({
    codes: [{ code: 'A', source: '007' }],
  });
});

it.for([
  ['no command', [], /Usage:/, ''],
  ['an unknown command', ['chek'], /There is no command "chek"\. Did you mean check\?/, 'stderr'],
  ['an unknown option', ['stats', '--stor', 'x'], /Unknown option `--stor`/, 'stderr'],
  ['a missing argument', ['check', GUILD, '--store', 'x'], /missing required args/, 'stderr'],
  ['too many arguments', ['list', GUILD, 'A', '--store', 'x'], /Unused args/, 'stderr'],
  ['a missing value', ['stats', '--store'], /value is missing/, 'stderr'],
  ['an option twice', ['stats', '--store', 'a', '--store', 'b'], /--store is given more than once/, 'stderr'],
  ['no store', ['stats'], /Which store\?/, 'stderr'],
  ['another kind of store', ['stats', '--store', 'redis://user:secret@host'], /A store cannot be at redis:\/\/\. Pass/, 'stderr'],
  ['a fallback of a file', ['stats', '--store', 'a', '--fallback', 'b'], /--fallback is the file beside a database/, 'stderr'],
  ['a database of a file', ['stats', '--store', 'a', '--database', 'b'], /are for MongoDB/, 'stderr'],
  ['a word that is none of them', ['resolve', GUILD, 'A', '--as', 'maybe', '--store', 'x'], /Pass sent or not-sent/, 'stderr'],
  ['a time that is none', ['mark', GUILD, 'A', '--sent-at', 'noon', '--store', 'x'], /--sent-at is "noon"/, 'stderr'],
  ['a limit that is no number', ['stats', '--store', 'mongodb://h/d', '--timeout', '1s'], /Pass a whole number/, 'stderr'],
] as const)('2 for %s', async ([, args, text]) => {
  const { code, stdout, stderr } = await sentCodes(args);
  expect(code).toBe(2);
  expect(stdout + stderr).toMatch(text);
  expect(stdout + stderr).not.toContain('secret');
});

it('a malformed guild is a wrong call, and no password that stands in its place is shown', async () => {
  const store = join(tempFolder(), 'sent.json');
  await sentCodes(['mark', GUILD, 'A', '--store', store, '--create']);
  const { code, stderr } = await sentCodes(['list', 'mongodb://user:secret@host/db', '--store', store]);
  expect(code).toBe(2);
  expect(stderr).toContain('INVALID_GUILD_ID');
  expect(stderr).not.toContain('secret');
});

it('every command has help with examples, and no line of it is longer than 80 columns', async () => {
  const { stdout } = await sentCodes(['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+)(?: [<[].*?)? {2,}\S/gm)]
    .map(([, name]) => name!)
    .filter((name) => !name.startsWith('-'));
  expect(names.length).toBeGreaterThanOrEqual(16);
  for (const name of names) {
    const help = await sentCodes([name, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/Exit codes:\n {2}0 /);
    expect(help.stdout).toMatch(/Examples:\n {2}sent-codes /);
    const [, prose] = /^([^]*?)\nExamples:/.exec(help.stdout)!;
    expect(prose!.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});

it('the flag goes before SENT_CODES_STORE, and that before MONGODB_URI and MONGO_URI', async () => {
  const [flag, first, second] = ['flag', 'first', 'second'].map((name) => join(tempFolder(), `${name}.json`));
  for (const path of [flag, first, second])
    await sentCodes(['mark', '1', path!.replace(/.*\//, ''), '--store', path!, '--create']);
  const listed = async (env: Record<string, string>, ...args: string[]): Promise<string> =>
    (JSON.parse((await sentCodes(['list', '1', '--json', ...args], { env })).stdout) as { code: string }).code;
  const env = { SENT_CODES_STORE: first!, MONGODB_URI: second!, MONGO_URI: flag! };
  expect(await listed(env, '--store', flag!)).toBe('FLAG.JSON');
  expect(await listed(env)).toBe('FIRST.JSON');
  expect(await listed({ ...env, SENT_CODES_STORE: '' })).toBe('SECOND.JSON');
  expect(await listed({ MONGO_URI: flag! })).toBe('FLAG.JSON');
});

it('says its version', async () => {
  expect(await sentCodes(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
});
