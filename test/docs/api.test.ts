import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

it('the API pages can be made without a warning: every link leads somewhere, and what a public type names has a page', async () => {
  const typedoc = fileURLToPath(import.meta.resolve('typedoc')).replace(/dist\/index\.js$/, 'bin/typedoc');
  const { stdout } = await run(process.execPath, [typedoc, '--emit', 'none'], { cwd: root });
  expect(stdout).not.toMatch(/warning|error/);
}, 120_000);
