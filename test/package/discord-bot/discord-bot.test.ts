import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JsonFileStore } from 'sent-code-store';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { packTarball } from '../../support/consumer.js';
import { codesShown, postsByCode } from '../../tools/discord-api/ledger-reader.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from '../../tools/discord-api/temporary.js';
import { startTcpProxy, type TcpProxy } from '../../tools/tcp-proxy/tcp-proxy.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = join(root, 'docs/examples/discord-bot');
const run = promisify(execFile);
const CHANNELS = { '1147956569271697518': '140612290847611295', '1147956569271697519': '140612290847611296' };
/** Longer than the bot retries, than it waits to ask, and than the fake remembers a nonce. */
const OUTAGE_MS = 3000;
const NONCE_MS = 2000;

let folder: string;
let api: TemporaryDiscordApi;
let proxy: TcpProxy;
let site: Server;
let gifts: string[];
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sent-code-store-discord-bot-'));
  cpSync(example, folder, { recursive: true });
  for (const name of ['rounds.js', 'commands.js']) cpSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'sent-code-store'), { recursive: true });
  const { tarball } = await packTarball(mkdtempSync(join(folder, 'pack-')));
  await run('tar', ['-xzf', tarball, '-C', join(modules, 'sent-code-store'), '--strip-components=1']);
  for (const name of ['discord.js', 'mongodb', 'zod', 'lossless-json']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  api = await temporaryDiscordApi({ nonceWindowMs: NONCE_MS });
  proxy = await startTcpProxy(api.url);
  site = createServer((_, response) => response.end(JSON.stringify(gifts.map((code) => ({ code, reward: 'gems' })))));
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  env = {
    ...process.env,
    DISCORD_TOKEN: '900000000000000001.secret',
    DISCORD_API: `http://127.0.0.1:${proxy.port}/api`,
    CHANNELS: Object.entries(CHANNELS)
      .map((pair) => pair.join(':'))
      .join(),
    GIFTS_URL: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    MONGODB_URI: '',
  };
});
afterAll(async () => {
  await proxy.close();
  await api.close();
  site.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Life {
  /** Resolves when a round has these counts, of each (guild, code). */
  round(counts: Readonly<Record<string, number>>): Promise<void>;
  kill(): Promise<void>;
}

function startBot(dataFile: string): Life {
  const bot: ChildProcess = spawn(process.execPath, ['rounds.js'], { cwd: folder, env: { ...env, DATA_FILE: dataFile } });
  const exited = once(bot, 'exit');
  onTestFinished(() => void bot.kill('SIGKILL'));
  let errors = '';
  bot.stderr!.on('data', (data: Buffer) => (errors += data.toString()));
  const lines = createInterface({ input: bot.stdout! });
  const died = exited.then(() => {
    throw new Error(`the bot ended: ${errors}`);
  });
  died.catch(() => undefined);
  const counted = async (counts: Readonly<Record<string, number>>): Promise<void> => {
    for (;;) {
      const [line] = (await once(lines, 'line')) as [string];
      const seen = JSON.parse(line) as Record<string, number>;
      if (Object.entries(counts).every(([status, count]) => seen[status] === count)) return;
    }
  };
  return {
    round: (counts) => Promise.race([counted(counts), died]),
    kill: async () => {
      bot.kill('SIGKILL');
      await exited;
    },
  };
}

const posted = (code: string): Promise<unknown> =>
  api.control.waitFor((entry) => entry.kind === 'created' && codesShown(entry).includes(code));

describe('the bot to copy, from the packed package', () => {
  it('posts every code once and holds none, though it is killed, and cut off for longer than its windows', async () => {
    const dataFile = join(folder, 'lives.json');
    gifts = ['OLD'];
    let bot = startBot(dataFile);
    await bot.round({ 'already-sent': 2 });

    // Killed when the message is there, and its answer is not.
    await api.control.setFaults({ rules: [{ fault: 'hang-after-commit', times: 10 }] });
    gifts = ['OLD', 'KILLED'];
    await posted('KILLED');
    await bot.kill();

    // Every answer is an error, then nobody answers.
    await api.control.setFaults({ rules: [{ fault: 'server-error-after-commit', times: 10 }] });
    bot = startBot(dataFile);
    gifts = ['OLD', 'KILLED', 'CUTOFF'];
    await posted('CUTOFF');
    await proxy.mode('refuse');
    gifts = [...gifts, 'MEANWHILE'];
    await sleep(OUTAGE_MS);
    await bot.kill();
    await api.control.setFaults({});
    await proxy.mode('pass');

    bot = startBot(dataFile);
    await bot.round({ 'already-sent': 8 });
    await bot.kill();

    const once = Object.values(CHANNELS).flatMap((id) => ['KILLED', 'CUTOFF', 'MEANWHILE'].map((code) => [`${id}:${code}`, 1]));
    expect(Object.fromEntries(postsByCode(api.ledger()))).toEqual(Object.fromEntries(once));
    const store = new JsonFileStore({ path: dataFile });
    for (const guildId of Object.keys(CHANNELS)) expect(await store.stats(guildId)).toMatchObject({ total: 4, uncertain: 0 });
    await store.close();
  });

  it('answers its commands', async () => {
    gifts = ['TODAY'];
    const store = new JsonFileStore({ path: join(folder, 'commands.json') });
    await store.markSent(Object.keys(CHANNELS)[0]!, ['A', 'B'], { source: 'api' });
    await store.close();
    const { stdout } = await run(process.execPath, ['commands.js'], {
      cwd: folder,
      env: { ...env, DATA_FILE: join(folder, 'commands.json') },
    });
    expect(JSON.parse(stdout)).toEqual([
      expect.stringMatching(/^2 codes \(api: 2\)\nlast one <t:\d+:R>$/),
      'Nothing is uncertain.',
      '1 codes decided.',
      '2 codes forgotten.',
      '1 codes forgotten.',
    ]);
  });
});
