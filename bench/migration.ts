import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SentCodeStore } from '../src/contract/store.js';
import { migrateLegacyState } from '../src/migration/migrate-legacy-state.js';
import type { MigrationSource } from '../src/migration/source.js';
import { JsonFileStore } from '../src/stores/json-file/json-file-store.js';
import { MemoryStore } from '../src/stores/memory/memory-store.js';
import { legacyStateFile } from '../src/stores/legacy/state-file.js';
import { isQuick, writeResult } from './tools/result-file.js';

/**
 * What it costs to move a million codes of a thousand guilds: from a stream and from a state file, into nothing and into a JSON file. Each case runs
 * in a process of its own, so that its largest memory is its own.
 */

const GUILDS = isQuick ? 100 : 1_000;
const CODES = 1_000;
const CASES = [
  'nothing moved (the process alone)',
  'stream, dry run',
  'stream -> nothing',
  'stream -> JSON file',
  'stream -> JSON file again',
  'state file -> JSON file',
];

const folder = process.env['BENCH_FOLDER'];
if (folder === undefined) main();
else await runCase(process.argv[2] ?? '', folder);

function main(): void {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'migration-bench-'));
  try {
    const results = CASES.map((name) => {
      const args = ['--import', 'tsx', fileURLToPath(import.meta.url), name];
      const output = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, BENCH_FOLDER: temporary } });
      return JSON.parse(output) as Record<string, number | string>;
    });
    console.log(`${GUILDS} guilds x ${CODES} codes`);
    console.table(results);
    writeResult('migration', { guilds: GUILDS, codes: CODES, results });
  } finally {
    fs.rmSync(temporary, { recursive: true });
  }
}

async function runCase(name: string, folder: string): Promise<void> {
  const json = new JsonFileStore({ path: path.join(folder, name.startsWith('state') ? 'b.json' : 'a.json') });
  const from = name.startsWith('state') ? legacyStateFile(writeState(path.join(folder, 'giftcode_state.json'))) : stream();
  const to = name.endsWith('JSON file') || name.endsWith('again') ? json : nothing();
  const begin = performance.now();
  const found = name.startsWith('nothing') ? 0 : await migrate(from, to, name.endsWith('dry run'));
  const seconds = (performance.now() - begin) / 1_000;
  await json.close();
  // KiB on Linux and on macOS, as Node gives it.
  const memory = process.resourceUsage().maxRSS / 1_024;
  console.log(
    JSON.stringify({ case: name, codes: found, seconds: Number(seconds.toFixed(2)), 'largest memory, MiB': Math.round(memory) }),
  );
}

async function migrate(from: MigrationSource, to: SentCodeStore, dryRun: boolean): Promise<number> {
  return (await migrateLegacyState({ from, to, dryRun, force: true })).totals.found;
}

function* stream(): Generator<{ guildId: string; codes: string[] }> {
  for (let guild = 0; guild < GUILDS; guild += 1) yield { guildId: guildOf(guild), codes: codesOf(guild) };
}

function writeState(file: string): string {
  const sent = Object.fromEntries(Array.from({ length: GUILDS }, (_, guild) => [guildOf(guild), codesOf(guild)]));
  fs.writeFileSync(file, JSON.stringify({ channels: {}, sent }, null, 2));
  return file;
}

function guildOf(guild: number): string {
  return `11479565692716${String(guild).padStart(5, '0')}`;
}

function codesOf(guild: number): string[] {
  return Array.from({ length: CODES }, (_, code) => `CODE${guild}X${code}`);
}

/** A store that knows nothing and keeps nothing: what is left is the migration itself. */
function nothing(): SentCodeStore {
  const store: Pick<SentCodeStore, 'name' | 'identity' | 'supports' | 'statesMany' | 'markSentMany' | 'ping'> = {
    name: 'nothing',
    supports: { ...new MemoryStore().supports, metadata: false },
    identity: { name: 'none', normalize: (code) => code },
    statesMany: async (batch) =>
      batch.map(({ guildId, codes }) => ({
        guildId: String(guildId),
        states: new Map([...codes].map((code) => [code, 'absent' as const])),
      })),
    markSentMany: async (batch) =>
      batch.map(({ guildId, codes }) => ({ guildId: String(guildId), marked: [...codes], alreadySent: [] })),
    ping: async () => undefined,
  };
  return store as SentCodeStore;
}
