import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

it('the API pages can be made without a warning: every link leads somewhere, and what a public type names has a page', async () => {
  const typedoc = fileURLToPath(import.meta.resolve('typedoc')).replace(/dist\/index\.js$/, 'bin/typedoc');
  const out = mkdtempSync(join(tmpdir(), 'sent-code-store-api-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  // The pages are written, because a link to what has no page of its own is noticed only then.
  const options = ['--out', join(out, 'api'), '--navigationJson', join(out, 'navigation.json')];
  const { stdout, stderr } = await run(process.execPath, [typedoc, ...options], { cwd: root });
  expect(stdout + stderr).not.toMatch(/warning|error/);
  expect(readdirSync(join(out, 'api'))).toEqual(
    expect.arrayContaining(['conformance', 'discord', 'sent-code-store', 'store', 'telegram']),
  );
}, 120_000);
