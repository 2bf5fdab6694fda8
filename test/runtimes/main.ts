import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { type Consumer, makeConsumer, packTarball } from '../support/consumer.js';
import { copyFiles } from '../support/json-file/copy-files.js';
import { installRuntimes, type Runtime } from './runtimes.js';

/**
 * `npm run test:runtimes`: the package as it would be published, in Node, Bun and Deno. The
 * conformance kit runs as ES module with driver 7 and as CommonJS with driver 6, on `MONGODB_URI`
 * if it is set. Each runtime holds a file that each other one is refused, is killed, and its file
 * is opened by each other one.
 */
const FORMATS = { 'ES module': { driver: 'mongodb@7', extension: 'mjs' }, CommonJS: { driver: 'mongodb@6', extension: 'cjs' } };
/** How many marks a process is let make before it is killed. */
const MARKS = 200;

const tally = { passed: 0, failed: 0 };

function count(isRight: boolean, what: string, details = ''): void {
  tally[isRight ? 'passed' : 'failed'] += 1;
  if (!isRight) console.log(`FAILED: ${what}\n${details}`);
}

/** The scripts in both formats, beside the packages of a consumer. They find the package there, not its sources. */
async function buildScripts(consumer: Consumer): Promise<void> {
  const pathOf = (name: string): string => fileURLToPath(new URL(`${name}/main.ts`, import.meta.url));
  await build({
    entry: Object.fromEntries(['kit', 'holder', 'contender'].map((name) => [name, pathOf(name)])),
    outDir: consumer.folder,
    format: ['esm', 'cjs'],
    outExtension: ({ format }) => ({ js: format === 'esm' ? '.mjs' : '.cjs' }),
    external: [/^sent-code-store/, 'mongodb'],
    target: 'node20.19',
    removeNodeProtocol: false,
    splitting: false,
    config: false,
    silent: true,
    clean: false,
  });
}

async function runKit(runtime: Runtime, format: keyof typeof FORMATS, consumer: Consumer): Promise<void> {
  const { driver, extension } = FORMATS[format];
  const { output } = await consumer.run(runtime.command, ...runtime.flags, `kit.${extension}`);
  const what = `${runtime.name}, ${format}, ${driver}`;
  const line = output.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) {
    count(false, what, output);
    return;
  }
  const outcomes = JSON.parse(line) as Record<string, { passed: number; failed: string[] }>;
  for (const [store, { passed, failed }] of Object.entries(outcomes)) {
    tally.passed += passed;
    for (const failure of failed) count(false, `${what}, ${store}`, failure);
  }
  console.log(
    `| ${what} | ${Object.entries(outcomes)
      .map(([store, { passed }]) => `${store} ${passed}`)
      .join(', ')} |`,
  );
}

/** One runtime holds a file and is killed; all others, and itself, come before and after. */
async function runHolder(holder: Runtime, contenders: readonly Runtime[], consumer: Consumer): Promise<void> {
  const folder = join(consumer.folder, 'held');
  mkdirSync(folder);
  const child = spawn(holder.command, [...holder.flags, 'holder.mjs', join(folder, 'sent.json')], {
    cwd: consumer.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const exited = once(child, 'close');
  const marked = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.split('\n').length > MARKS) resolve();
    });
  });
  await Promise.race([marked, exited]);
  const ask = async (contender: Runtime, path: string, last: number): Promise<string> => {
    const { output } = await consumer.run(contender.command, ...contender.flags, 'contender.cjs', path, String(last));
    return output.trim();
  };
  for (const contender of contenders) {
    const answer = await ask(contender, join(folder, 'sent.json'), 0);
    count(answer === 'STORE_LOCKED', `${contender.name} is refused what ${holder.name} holds`, answer);
  }
  child.kill('SIGKILL');
  await exited;
  const last = Number(printed.trim().split('\n').at(-1));
  const reopen = async (contender: Runtime, at: string): Promise<void> => {
    const answer = await ask(contender, join(at, 'sent.json'), last);
    count(answer === 'whole', `${contender.name} opens what ${holder.name} held when it was killed`, answer);
  };
  for (const contender of contenders) {
    // Each finds the files as the crash has left them.
    const copy = join(consumer.folder, 'copy');
    copyFiles(folder, copy);
    await reopen(contender, copy);
    rmSync(copy, { recursive: true });
  }
  // And one of them the lock that the crash has left.
  await reopen(contenders[(contenders.indexOf(holder) + 1) % contenders.length]!, folder);
  rmSync(folder, { recursive: true });
}

const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-runtimes-'));
const consumers: Consumer[] = [];
try {
  const runtimes = await installRuntimes();
  const { tarball } = await packTarball(folder);
  for (const [format, { driver }] of Object.entries(FORMATS)) {
    const consumer = await makeConsumer([tarball, driver]);
    consumers.push(consumer);
    await buildScripts(consumer);
    for (const runtime of runtimes) await runKit(runtime, format as keyof typeof FORMATS, consumer);
  }
  const before = { ...tally };
  for (const holder of runtimes) await runHolder(holder, runtimes, consumers[0]!);
  console.log(`Lock and reopening, each runtime with each: ${tally.passed - before.passed} passed`);
  console.log(`MongoDB: ${process.env['MONGODB_URI'] === undefined ? 'left out, MONGODB_URI is not set' : 'MONGODB_URI'}`);
} finally {
  for (const consumer of consumers) consumer.dispose();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
