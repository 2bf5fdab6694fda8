/**
 * The main job, on the guilds and codes of a real bot: run `npm run demo`. Starts the bot of `bot.ts` several times on one store, kills it in
 * the middle, and counts what its channels saw. With MONGODB_URI set the store is MongoDB, else a file in a temporary folder.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from './open-store.js';
import { realGuildsAndCodes } from './real-state.js';

const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-demo-'));
process.env['DEMO_FILE'] = join(folder, 'sent-codes.json');
const onMongo = (process.env['MONGODB_URI'] ?? '') !== '';

const { guilds, codes } = realGuildsAndCodes();
/** What the channels saw: how often each code was posted to each guild. */
const seen = new Map<string, number>();

/** Starts the bot, shows what it prints, and counts what it posts. Resolves to the signal that ended it, if any. */
async function runBot(...args: string[]): Promise<NodeJS.Signals | null> {
  const bot = fileURLToPath(new URL('bot.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', bot, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(signal);
      else reject(new Error(`the bot ended with ${code ?? signal}`));
    });
  });
  for await (const line of createInterface({ input: child.stdout })) {
    say(line);
    const [, guild, list] = /^ {2}#(\S+) {2}(.+)$/.exec(line) ?? [];
    for (const code of list?.split(' ') ?? []) seen.set(`${guild}:${code}`, (seen.get(`${guild}:${code}`) ?? 0) + 1);
  }
  return ended;
}

/** Forgets what an earlier demo left in the store, or this one. */
async function clear(): Promise<void> {
  const store = openStore();
  for (const guild of guilds) await store.clearGuild(guild);
  await store.close();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await clear();
say(`${guilds.length} guilds, ${codes.length} codes, on ${onMongo ? 'MongoDB' : 'a JSON file'}.`);

say('\nFirst run. The bot posts, and is killed after its fifth message was posted and before that is recorded:');
const signal = await runBot('--die-after', '5');
say(`  (${signal ?? 'not killed'})`);
if (onMongo) await wait(1100); // the lease of the killed bot, on the server's clock

say('\nSecond run. What was recorded is not posted again; the message that may have arrived is held; the rest goes out:');
await runBot();

say('\nSomebody looks into the channel, sees the message, and says so:');
const store = openStore();
const doubtful = new Set<string>();
for await (const { guildId } of store.listUncertain()) doubtful.add(guildId);
for (const guild of doubtful) {
  say(`  ${await store.resolveUncertain(guild, codes, 'sent')} codes of guild ${guild} are marked as sent`);
}
await store.markSent(guilds[0] ?? '', ['WOS1122'], { source: 'manual' });
await store.close();

say('\nThird run. Nothing is left to send:');
await runBot();

say(`\nA new code, WOS1122. Guild ${guilds[0] ?? ''} got it by hand already; it goes to the others:`);
await runBot('--codes', 'WOS1122');

const twice = [...seen].filter(([, times]) => times > 1);
const missing = guilds.flatMap((guild) => codes.map((code) => `${guild}:${code}`)).filter((key) => !seen.has(key));
say(
  `\n${seen.size} (guild, code) pairs were posted, ${twice.length} of them twice; ${missing.length} of ${guilds.length * codes.length} offered were not posted.`,
);
await clear();
rmSync(folder, { recursive: true, force: true });
process.exitCode = twice.length === 0 && missing.length === 0 ? 0 : 1;
