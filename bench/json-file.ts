import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../src/domain/clock.js';
import { randomId } from '../src/domain/random.js';
import { testSeamsOf } from '../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../src/stores/json-file/json-file-store.js';
import { openWritable } from '../src/stores/json-file/open-writable.js';

/**
 * What the JSON file costs, beside the least that a durable write can cost: one write and one fdatasync on an open descriptor. Both are measured in turns
 * in one run, so that their ratio means something on a machine whose disk does not.
 *
 * `npx tsx bench/json-file.ts`; figures also go to bench/results/json-file.json.
 */

const fdatasync = promisify(fs.fdatasync);
const SIZES = [1e3, 1e4, 1e5, 1e6];
const SHAPES: readonly (readonly [guilds: number, codes: number])[] = [
  [1, 1e6],
  [1e3, 1e3],
  [1e4, 100],
  [1e5, 10],
];
const ROUNDS = 200;

if (process.argv[2] === 'memory') await printMemory(process.argv[3] ?? '');
else await main();

async function main(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'json-file-bench-'));
  try {
    const marks: Record<string, number>[] = [];
    for (const size of SIZES) {
      const file = path.join(folder, `marks-${size}.json`);
      await fill(file, Math.min(size, 1e3), size / Math.min(size, 1e3));
      marks.push({ records: size, ...(await measureMarks(file)) });
    }
    const opens: Record<string, number | string>[] = [];
    for (const [guilds, codes] of SHAPES) {
      const file = path.join(folder, `open-${guilds}.json`);
      await fill(file, guilds, codes);
      opens.push({ shape: `${guilds} guilds x ${codes}`, ...(await measureOpen(file)), ...memoryOf(file, guilds * codes) });
    }
    console.log(`node ${process.version}, ${os.type()} ${os.release()}, ${os.cpus().length} cores; times in ms, medians`);
    console.table(marks);
    console.table(opens);
    const results = path.join(path.dirname(fileURLToPath(import.meta.url)), 'results');
    fs.mkdirSync(results, { recursive: true });
    fs.writeFileSync(
      path.join(results, 'json-file.json'),
      `${JSON.stringify({ node: process.version, marks, opens }, null, 2)}\n`,
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Writes a store whose records are all in its snapshot. */
async function fill(file: string, guilds: number, codes: number): Promise<void> {
  const options = { path: file, create: 'if-missing', lockTimeoutMs: 0, recover: false } as const;
  const logger = { info: () => undefined, warn: console.warn, error: console.error };
  const opened = await openWritable({ ...options, clock: systemClock, randomId, logger, seams: testSeamsOf({}) });
  for (let guild = 0; guild < guilds; guild += 1) {
    const changes = Array.from({ length: codes }, (_, code) => ({
      before: undefined,
      guildId: guildOf(guild),
      code: codeOf(guild, code),
      record: { state: 'sent', source: 'auto', sentAt: 1_763_800_000_000 + code } as const,
    }));
    const done = opened.commit(changes);
    if (guild % 1000 === 999 || codes > 1e5) await done;
  }
  await opened.commit([]);
  await opened.compact();
  await opened.close();
}

async function measureMarks(file: string): Promise<Record<string, number>> {
  const raw = fs.openSync(`${file}.raw`, 'a');
  const line = Buffer.alloc(100, 'x');
  const store = new JsonFileStore({ path: file });
  await store.ping();
  let next = 0;
  const times: Record<'rawOne' | 'one' | 'raw64' | 'many64' | 'known' | 'filter100', number[]> = {
    rawOne: [],
    one: [],
    raw64: [],
    many64: [],
    known: [],
    filter100: [],
  };
  const fresh = (): string => `NEW${(next += 1)}`;
  const hundred = Array.from({ length: 100 }, (_, code) => (code % 2 === 0 ? codeOf(0, code) : `ABSENT${code}`));
  for (let round = 0; round < ROUNDS + 20; round += 1) {
    const rawOne = await time(() => writeRaw(raw, line));
    const one = await time(() => store.markSent(guildOf(0), [fresh()]));
    const raw64 = await time(() => writeRaw(raw, Buffer.alloc(6400, 'x')));
    const many64 = await time(() => Promise.all(Array.from({ length: 64 }, () => store.markSent(guildOf(0), [fresh()]))));
    const known = await time(() => store.markSent(guildOf(0), [codeOf(0, 1)]));
    const filter100 = await time(() => store.filterUnsent(guildOf(0), hundred));
    if (round < 20) continue;
    for (const [name, ms] of Object.entries({ rawOne, one, raw64, many64, known, filter100 }))
      times[name as keyof typeof times].push(ms);
  }
  await store.close();
  fs.closeSync(raw);
  const [rawOne, one, raw64, many64] = [median(times.rawOne), median(times.one), median(times.raw64), median(times.many64)];
  return {
    'raw one': round3(rawOne),
    'one mark': round3(one),
    ratio: round3(one / rawOne),
    'raw group of 64': round3(raw64),
    '64 at once': round3(many64),
    'ratio 64': round3(many64 / raw64),
    'known mark': round3(median(times.known)),
    'filter 100': round3(median(times.filter100)),
  };
}

async function measureOpen(file: string): Promise<Record<string, number>> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const store = new JsonFileStore({ path: file });
    times.push(await time(() => store.ping()));
    await store.close();
  }
  return { 'file MB': round3(fs.statSync(file).size / 1e6), 'open ms': round3(median(times)) };
}

/** Memory is measured in a process of its own. */
function memoryOf(file: string, records: number): Record<string, number> {
  const self = fileURLToPath(import.meta.url);
  const out = execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', self, 'memory', file], { encoding: 'utf8' });
  const bytes = JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as Record<string, number>;
  return Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, round3(value / records)]));
}

async function printMemory(file: string): Promise<void> {
  const before = used();
  const store = new JsonFileStore({ path: file });
  await store.ping();
  const opened = used();
  for await (const guildId of store.listGuilds()) await store.filterUnsent(guildId, ['ABSENT']);
  const touched = used();
  console.log(
    JSON.stringify({
      'B/record opened': opened.live - before.live,
      'B/record touched': touched.live - before.live,
      'RSS B/record touched': touched.rss - before.rss,
    }),
  );
  await store.close();
}

function used(): { live: number; rss: number } {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: heapUsed + external, rss };
}

async function writeRaw(fd: number, line: Buffer): Promise<void> {
  fs.writeSync(fd, line);
  await fdatasync(fd);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function guildOf(guild: number): string {
  return String(1_100_000_000_000_000_000n + BigInt(guild));
}

/** Twelve letters and digits, as gift codes have them. */
function codeOf(guild: number, code: number): string {
  return `${((guild * 7919 + code * 104_729) % 2_000_000_011).toString(36).padStart(7, '0')}${String(code % 1e5).padStart(5, '0')}`.toUpperCase();
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
