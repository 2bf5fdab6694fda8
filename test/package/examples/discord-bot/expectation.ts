import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JsonFileStore } from 'sent-code-store';
import { expect, it, onTestFinished } from 'vitest';
import { codesShown, postsByCode } from '../../../tools/discord-api/ledger-reader.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from '../../../tools/discord-api/temporary.js';
import { freshDatabase, mongoUri } from '../../../tools/mongo/connect.js';
import { startTcpProxy, type TcpProxy } from '../../../tools/tcp-proxy/tcp-proxy.js';
import { type ExampleProcess, startExample } from '../example-process.js';
import { type Site, startSite } from '../world.js';

const run = promisify(execFile);
const CHANNELS = { '1147956569271697518': '140612290847611295', '1147956569271697519': '140612290847611296' };
/** Longer than the bot retries, than it waits to ask, and than the fake remembers a nonce. */
const OUTAGE_MS = 3000;
const NONCE_MS = 2000;

interface Stage {
  readonly api: TemporaryDiscordApi;
  readonly proxy: TcpProxy;
  readonly site: Site;
  readonly env: Readonly<Record<string, string>>;
}

async function stageIn(folder: string): Promise<Stage> {
  for (const name of ['rounds.js', 'commands.js']) cpSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  const api = await temporaryDiscordApi({ nonceWindowMs: NONCE_MS });
  const proxy = await startTcpProxy(api.url);
  onTestFinished(async () => {
    await proxy.close();
    await api.close();
  });
  const site = await startSite((codes) => JSON.stringify(codes.map((code) => ({ code, reward: 'gems' }))));
  const env = {
    DISCORD_TOKEN: '900000000000000001.secret',
    DISCORD_API: `http://127.0.0.1:${proxy.port}/api`,
    CHANNELS: Object.entries(CHANNELS)
      .map((pair) => pair.join(':'))
      .join(),
    GIFTS_URL: site.url,
  };
  return { api, proxy, site, env };
}

type Round = Readonly<Record<string, number>>;

/** Resolves to a round that the bot ends from now on, with these counts, of each (guild, code). */
function nextRound(bot: ExampleProcess, counts: Round, accept: (round: Round) => boolean = () => true): Promise<Round> {
  const from = bot.output().length;
  const isIt = (round: Round): boolean =>
    accept(round) && Object.entries(counts).every(([status, count]) => round[status] === count);
  return bot.printed((output) => {
    const lines = output.slice(from).split('\n').slice(0, -1);
    return lines.flatMap((line) => (line.startsWith('{"pid"') ? [JSON.parse(line) as Round] : [])).find(isIt);
  });
}

const posted = ({ api }: Stage, code: string): Promise<unknown> =>
  api.control.waitFor((entry) => entry.kind === 'created' && codesShown(entry).includes(code));

function expectOnce({ api }: Stage, ...codes: string[]): void {
  const once = Object.values(CHANNELS).flatMap((id) => codes.map((code) => [`${id}:${code}`, 1]));
  expect(Object.fromEntries(postsByCode(api.ledger()))).toEqual(Object.fromEntries(once));
}

export function discordBot(folderOf: () => string): void {
  it('posts every code once and holds none, though it is killed, and cut off for longer than its windows', async () => {
    const folder = folderOf();
    const stage = await stageIn(folder);
    const { api, proxy, site } = stage;
    const start = (): ExampleProcess => startExample(folder, ['rounds.js'], { ...stage.env, DATA_FILE: 'data/lives.json' });
    site.list('OLD');
    let bot = start();
    await nextRound(bot, { 'already-sent': 2 });

    // Killed when the message is there, and its answer is not.
    await api.control.setFaults({ rules: [{ fault: 'hang-after-commit', times: 10 }] });
    site.list('OLD', 'KILLED');
    await posted(stage, 'KILLED');
    await bot.kill();

    // Every answer is an error, then nobody answers.
    await api.control.setFaults({ rules: [{ fault: 'server-error-after-commit', times: 10 }] });
    bot = start();
    site.list('OLD', 'KILLED', 'CUTOFF');
    await posted(stage, 'CUTOFF');
    await proxy.mode('refuse');
    site.list('OLD', 'KILLED', 'CUTOFF', 'MEANWHILE');
    await sleep(OUTAGE_MS);
    await bot.kill();
    await api.control.setFaults({});
    await proxy.mode('pass');

    bot = start();
    await nextRound(bot, { 'already-sent': 8 });
    await bot.kill();

    expectOnce(stage, 'KILLED', 'CUTOFF', 'MEANWHILE');
    const store = new JsonFileStore({ path: join(folder, 'data/lives.json') });
    for (const guildId of Object.keys(CHANNELS)) expect(await store.stats(guildId)).toMatchObject({ total: 4, uncertain: 0 });
    await store.close();
  });

  it('posts every code once in shards that share a store, see the same guilds and die', async () => {
    const folder = folderOf();
    const stage = await stageIn(folder);
    const { api, site } = stage;
    const uri = new URL(mongoUri());
    uri.pathname = freshDatabase();
    const env = { ...stage.env, DATA_FILE: 'data/shard.json', MONGODB_URI: uri.href, SHARD_COUNT: '2' };
    site.list('OLD');
    const manager = startExample(folder, ['src/shards.js', 'rounds.js'], env);
    const { pid: one } = await nextRound(manager, { 'already-sent': 2 });
    const { pid: other } = await nextRound(manager, { 'already-sent': 2 }, ({ pid }) => pid !== one);

    await api.control.setFaults({ rules: [{ fault: 'hang-after-commit', times: 2 }] });
    site.list('OLD', 'KILLED');
    await posted(stage, 'KILLED');
    for (const pid of [one!, other!]) process.kill(pid, 'SIGKILL');
    await api.control.setFaults({});
    site.list('OLD', 'KILLED', 'AFTER');
    // The manager starts each shard again.
    const { pid: third } = await nextRound(manager, { 'already-sent': 6 }, ({ pid }) => pid !== one && pid !== other);
    await nextRound(manager, { 'already-sent': 6 }, ({ pid }) => ![one, other, third].includes(pid));
    await manager.kill();
    expectOnce(stage, 'KILLED', 'AFTER');
  });

  it('answers its commands', async () => {
    const folder = folderOf();
    const { site, env } = await stageIn(folder);
    site.list('TODAY');
    const store = new JsonFileStore({ path: join(folder, 'data/commands.json') });
    await store.markSent(Object.keys(CHANNELS)[0]!, ['A', 'B'], { source: 'api' });
    await store.close();
    const { stdout } = await run(process.execPath, ['commands.js'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env, DATA_FILE: 'data/commands.json' },
    });
    expect(JSON.parse(stdout)).toEqual([
      expect.stringMatching(/^2 codes \(api: 2\)\nlast one <t:\d+:R>$/),
      'Nothing is uncertain.',
      '1 codes decided.',
      '2 codes forgotten.',
      '1 codes forgotten.',
    ]);
  });
}
