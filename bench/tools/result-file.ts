import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform } from 'node:os';

/** What every result says of its run. Nothing that names the machine. */
export interface Run {
  readonly date: string;
  readonly quick: boolean;
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  /** Of one minute, before and after: 0 is a machine that does nothing else. */
  readonly load: readonly [number, number];
}

/** `npm run bench -- --quick`: smaller sizes and fewer rounds. */
export const isQuick = process.env['BENCH_QUICK'] === '1';

const loadBefore = loadavg()[0]!;

/** Those of quick runs are apart, and not kept. */
const fileOf = (name: string): URL => new URL(`../results/${isQuick ? 'quick/' : ''}${name}.json`, import.meta.url);

export function writeResult(name: string, result: object): void {
  mkdirSync(new URL('.', fileOf(name)), { recursive: true });
  const run: Run = {
    date: new Date().toISOString().slice(0, 10),
    quick: isQuick,
    node: process.version,
    system: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load: [oneDigit(loadBefore), oneDigit(loadavg()[0]!)],
  };
  writeFileSync(fileOf(name), `${JSON.stringify({ run, ...result }, null, 2)}\n`);
}

/** The last result of a benchmark. */
export function readResult(name: string): object & { readonly run: Run } {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as object & { readonly run: Run };
}

const oneDigit = (value: number): number => Math.round(value * 10) / 10;
