import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consumer, makeConsumer, type Outcome, packTarball } from '../../support/consumer.js';
import { compile, resolutions, typed, withDriver } from './compile.js';

/**
 * `npm run test:typescript`: projects compile against the package with each version of TypeScript,
 * without a driver, with driver 6 and with driver 7, and find the driver at run time.
 * `npm run test:package` does it without a driver, with the fastest version.
 */
const VERSIONS = ['5.6', '5.9', '6', '7'];
const DRIVERS = [undefined, 'mongodb@6', 'mongodb@7'];

/** No server is there; that somebody was asked for one shows the driver. */
const run = `
import { MongoStore } from 'sent-code-store';
const error = await new MongoStore({ uri: 'mongodb://127.0.0.1:1/', operationTimeoutMs: 500 }).ping().catch((caught) => caught);
if (!['STORE_UNAVAILABLE', 'STORE_TIMEOUT'].includes(error?.code)) throw error;
`;

const tally = { passed: 0, failed: 0 };

function count(what: string, { code, output }: Outcome): void {
  tally[code === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${code === 0 ? 'passed' : 'FAILED'}: ${what}\n${output}`.trim());
}

async function compileWith(version: string, compilers: Consumer, consumer: Consumer, driver: string | undefined): Promise<void> {
  const tsc = join(compilers.folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
  for (const [resolution, options] of Object.entries(resolutions)) {
    const files = [
      'typed.mts',
      ...(resolution === 'node16' ? ['typed.cts'] : []),
      ...(driver === undefined ? [] : ['driver.mts']),
    ];
    count(`TypeScript ${version}, ${resolution}, ${driver ?? 'no driver'}`, await compile(consumer, tsc, files, options));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-typescript-'));
const compilers = await makeConsumer(VERSIONS.map((version) => `typescript-${version}@npm:typescript@${version}`));
try {
  const { tarball } = await packTarball(folder);
  for (const driver of DRIVERS) {
    const consumer = await makeConsumer([tarball, '@types/node@20', ...(driver === undefined ? [] : [driver])]);
    consumer.write('typed.mts', typed);
    consumer.write('typed.cts', typed);
    consumer.write('driver.mts', withDriver);
    for (const version of VERSIONS) await compileWith(version, compilers, consumer, driver);
    consumer.write('run.mjs', run);
    if (driver !== undefined) count(`found at run time: ${driver}`, await consumer.run('node', 'run.mjs'));
    consumer.dispose();
  }
} finally {
  compilers.dispose();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
