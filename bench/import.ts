/** What it costs to import the package, of which much is zod's, in processor time: passed time is that of the machine. Each import is a process of its own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { quantile } from './tools/compare.js';
import { contestants, OURS } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { twoDigits } from './tools/rows.js';

/** Milliseconds of the processor so far. */
const CLOCK = 'const now = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };';

const PROCESSES = isQuick ? 5 : 20;

interface Imported {
  readonly build: string;
  readonly format: string;
  /** Medians in milliseconds of processor time: all of it, of this zod, and what is left. */
  readonly ms: number;
  readonly zodMs: number;
  readonly oursMs: number;
}

const folders = (await contestants()).map(({ name }) => ({
  build: name,
  folder: name === OURS ? join(import.meta.dirname, '../dist') : (process.env['BENCH_BESIDE'] ?? ''),
}));
const cases = folders.flatMap(({ build, folder }) => [
  { build, format: 'ES modules', script: esm(folder), samples: [] as Sample[] },
  { build, format: 'CommonJS', script: commonJs(folder), samples: [] as Sample[] },
]);
for (let round = 0; round < PROCESSES; round += 1) {
  for (const { script, samples } of cases) samples.push(sample(script));
}
const rows: Imported[] = cases.map(({ build, format, samples }) => ({
  ...{ build, format },
  ms: medianOf(samples, ({ zod, ours }) => zod + ours),
  zodMs: medianOf(samples, ({ zod }) => zod),
  oursMs: medianOf(samples, ({ ours }) => ours),
}));
console.table(rows);
writeResult('import', { processes: PROCESSES, rows });

interface Sample {
  readonly zod: number;
  readonly ours: number;
}

/** zod first, from where the package finds it; then the package, which finds zod loaded. */
function esm(folder: string): string[] {
  const url = pathToFileURL(join(folder, 'index.js')).href;
  const zod = pathToFileURL(join(folder, '../node_modules/zod/index.js')).href;
  const script = `${CLOCK} const start = now();
    await import(${JSON.stringify(zod)});
    const between = now();
    await import(${JSON.stringify(url)});
    console.log(JSON.stringify({ zod: between - start, ours: now() - between }));`;
  return ['--input-type=module', '--eval', script];
}

function commonJs(folder: string): string[] {
  const script = `${CLOCK} const start = now();
    require(${JSON.stringify(join(folder, '../node_modules/zod'))});
    const between = now();
    require(${JSON.stringify(join(folder, 'index.cjs'))});
    console.log(JSON.stringify({ zod: between - start, ours: now() - between }));`;
  return ['--eval', script];
}

function sample(args: readonly string[]): Sample {
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Sample;
}

function medianOf(samples: readonly Sample[], value: (sample: Sample) => number): number {
  return twoDigits(quantile(samples.map(value), 0.5));
}
