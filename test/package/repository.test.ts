import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addressOf, fieldsFor, type Manifest } from '../../.ci/release/repository.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest;

describe('the address of the repository', () => {
  it('is set in one place, from which homepage and bugs are made', () => {
    expect(manifest).toMatchObject(fieldsFor(addressOf(manifest)));
  });

  it('is in no other file of the project', async () => {
    const address = addressOf(manifest).replace('https://', '');
    const { stdout } = await run('git', ['grep', '-lF', address], { cwd: root });
    expect(stdout.trim().split('\n')).toEqual(['package.json']);
  });

  it.for(['https://github.com/us/store/', 'https://github.com/us/store.git'])('is understood as %s', (given) =>
    expect(fieldsFor(given)).toEqual(fieldsFor('https://github.com/us/store')),
  );

  it.for(['us/store', 'https://example.org/us/store', 'git@github.com:us/store.git'])('is refused as %s', (given) => {
    expect(() => fieldsFor(given)).toThrow('https://github.com/<owner>/<name>');
  });
});
