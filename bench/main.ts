/**
 * Runs the benchmarks, one after the other, each in a process of its own; then draws the plots and writes the tables of docs/performance.md.
 *
 *     npm run bench -- [--quick] [--beside FOLDER] [NAME…]
 *
 * The names are those of the scripts below. `--beside` measures another build of the package in the same turns, `../other/dist` for example. `--quick` takes a minute, and
 * changes neither the results that are kept nor the page. The Mongo
 * figures are of the server in MONGODB_URI; without it they are of the tests' server, whose times say little and whose counts say all.
 */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const SCRIPTS = [
  'json-file',
  'open',
  'compaction',
  'mongo',
  'fallback',
  'delivery',
  'import',
  'record-size',
  'migration',
  'diagnostics',
];

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, beside: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !SCRIPTS.includes(name));
if (unknown.length > 0) throw new Error(`No benchmark is named ${unknown.join(', ')}. There are: ${SCRIPTS.join(', ')}`);
const { beside } = values;
const environment = {
  ...process.env,
  ...(values.quick ? { BENCH_QUICK: '1' } : {}),
  ...(beside === undefined ? {} : { BENCH_BESIDE: resolve(beside) }),
};

for (const script of positionals.length > 0 ? positionals : SCRIPTS) run(script);
if (!values.quick) for (const script of ['plot', 'page']) run(script);

function run(script: string): void {
  process.stdout.write(`\n${script}\n`);
  const args = ['--expose-gc', '--import', 'tsx', `${import.meta.dirname}/${script}.ts`];
  try {
    execFileSync(process.execPath, args, { stdio: 'inherit', env: environment });
  } catch {
    // It has printed why. The others are worth having.
    console.log(`failed: ${script}`);
    process.exitCode = 1;
  }
}
