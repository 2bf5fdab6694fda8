import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consumer, makeConsumer, packTarball } from '../../support/consumer.js';
import { compile, resolutions, typed, withDriver } from './compile.js';

/**
 * `npm run test:typescript`: projects compile against the package with each version of TypeScript,
 * without a driver, with driver 6 and with driver 7. `npm test` does it with the fastest version.
 */
const VERSIONS = ['5.6', '5.9', '6', '7'];
const DRIVERS = [undefined, 'mongodb@6', 'mongodb@7'];

const tally = { passed: 0, failed: 0 };

async function compileWith(version: string, compilers: Consumer, consumer: Consumer, driver: string | undefined): Promise<void> {
  const tsc = join(compilers.folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
  for (const [resolution, options] of Object.entries(resolutions)) {
    const files = [
      'typed.mts',
      ...(resolution === 'node16' ? ['typed.cts'] : []),
      ...(driver === undefined ? [] : ['driver.mts']),
    ];
    const { code, output } = await compile(consumer, tsc, files, options);
    tally[code === 0 ? 'passed' : 'failed'] += 1;
    console.log(
      `${code === 0 ? 'passed' : 'FAILED'}: TypeScript ${version}, ${resolution}, ${driver ?? 'no driver'}\n${output}`.trim(),
    );
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
    consumer.dispose();
  }
} finally {
  compilers.dispose();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
