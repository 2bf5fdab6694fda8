import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { beforeAll, expect, it } from 'vitest';
import { JsonFileStore } from 'sent-code-store';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { sentCodes } from '../support/sent-codes.js';
import manifest from '../../package.json' with { type: 'json' };

const GUILD = '1147956569271697518';
const root = fileURLToPath(new URL('../..', import.meta.url));
// As deep below the root as dist/cli/main.js: the program reads the package's version.
const main = join(root, '.test-results', 'cli', 'main.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a process; `during` may talk to it. */
async function run(
  command: readonly [string, ...string[]],
  during: (child: ReturnType<typeof spawn>) => unknown = (child) => child.stdin?.end(),
): Promise<Ended> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, MONGODB_URI: '', NO_COLOR: '' } });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const output = Promise.all([text(child.stdout).catch(() => ''), text(child.stderr)]);
  await during(child);
  const [code] = await ended;
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

const node = (...args: string[]): [string, ...string[]] => [process.execPath, main, ...args];

async function filled(codes: number): Promise<string> {
  const path = join(tempFolder(), 'sent.json');
  const store = new JsonFileStore({ path });
  await store.markSent(
    GUILD,
    Array.from({ length: codes }, (_, index) => `CODE${index}`),
  );
  await store.close();
  return path;
}

beforeAll(() =>
  build({
    entry: { main: join(root, 'src/cli/main.ts') },
    outDir: join(root, '.test-results', 'cli'),
    format: 'esm',
    target: 'node20.19',
    removeNodeProtocol: false,
    config: false,
    silent: true,
  }),
);

it('does as a process what it does in the tests, and knows its version', async () => {
  const path = await filled(1);
  const check = ['check', GUILD, 'CODE0', 'NEW', '--store', path];
  expect(await run(node(...check))).toEqual(await sentCodes(check));
  expect((await run(node('--version'))).stdout).toBe(`${manifest.version}\n`);
});

it('an export goes through a pipe into an import', async () => {
  const [from, to] = [await filled(3000), join(tempFolder(), 'to.json')];
  const program = `"${process.execPath}" "${main}"`;
  const pipe = `${program} export --store "${from}" | ${program} import --store "${to}" --create --json`;
  expect(await run(['sh', '-c', pipe])).toEqual({
    code: 0,
    stdout: `${JSON.stringify({ read: 3000, marked: 3000, alreadySent: 0, uncertain: 0, alreadyKnown: 0 })}\n`,
    stderr: '3000 records exported.\n',
  });
});

it('a write beside a running bot ends with 3 and names its process', async () => {
  const path = await filled(1);
  const bot = new JsonFileStore({ path });
  await bot.ping();
  const { code, stderr } = await run(node('mark', GUILD, 'B', '--store', path));
  expect(code).toBe(3);
  expect(stderr).toContain(`stop process ${process.pid} first`);
  await bot.close();
});

it.skipIf(process.platform === 'win32')('Ctrl-C while an import waits ends it with 130, and what is in stays', async () => {
  const { stdout: lines } = await sentCodes(['export', '--store', await filled(1500)]);
  const path = join(tempFolder(), 'to.json');
  const { code, stderr } = await run(node('import', '--store', path, '--create'), async (child) => {
    child.stdin?.write(lines.slice(0, -1000));
    // The first batch is in when the file of the store has it.
    while (!existsSync(path) || (await sentCodes(['list', GUILD, '--store', path])).stdout.length < 1000) continue;
    child.kill('SIGINT');
  });
  expect(code).toBe(130);
  expect(stderr).toMatch(/ABORTED: Stopped\. 1\d{3} codes were marked/);
  expect((await sentCodes(['stats', '--json', '--store', path])).stdout).toMatch(/"total":1\d{3},/);
});

it.skipIf(process.platform === 'win32')('a reader that goes away ends an export quietly', async () => {
  const path = await filled(3000);
  const { code, stderr } = await run(node('export', '--store', path), (child) =>
    child.stdout?.once('data', () => child.stdout?.destroy()),
  );
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
});

it.skipIf(!existsSync('/usr/bin/script'))('a terminal gets colours, unless NO_COLOR is set', async () => {
  const path = await filled(1);
  const stats = `"${process.execPath}" "${main}" stats --store "${path}"`;
  expect((await run(['script', '-qec', stats, '/dev/null'])).stdout).toContain('\u001b[1mguild');
  expect((await run(['script', '-qec', `NO_COLOR=1 ${stats}`, '/dev/null'])).stdout).not.toContain('\u001b');
});
