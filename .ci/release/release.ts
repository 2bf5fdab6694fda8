import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { disagreements, distTagOf, notesOf, type Release } from './release-checks.js';
import type { Manifest } from './repository.js';

/**
 * `npm run release`: refuses if version, tag, changelog and repository disagree; otherwise packs,
 * and prints what would be published. With `--publish` it is published. With `--check` nothing is
 * packed. With `--notes` it prints what the changelog says of the version, and nothing else.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(root + name, 'utf8');
const run = (command: string, ...args: string[]): string => execFileSync(command, args, { cwd: root, encoding: 'utf8' });
const print = (text: string): boolean => process.stdout.write(`${text}\n`);

function readRelease(): Release {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return {
    manifest: JSON.parse(read('package.json')) as Manifest,
    lockedVersion: (JSON.parse(read('package-lock.json')) as Manifest).version,
    changelog: read('CHANGELOG.md'),
    tags: lines(run('git', 'tag', '--points-at', 'HEAD')),
    origin: lines(run('git', 'remote')).includes('origin') ? run('git', 'remote', 'get-url', 'origin').trim() : undefined,
    changedFiles: lines(run('git', 'status', '--porcelain')).map((line) => line.slice(3)),
  };
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/** Builds and packs. What the build prints comes before the JSON. */
function pack(): Packed {
  const output = run('npm', 'pack', '--json', '--loglevel=error');
  const [packed] = JSON.parse(output.slice(output.search(/^\[/m))) as [Packed];
  return packed;
}

function main(flags: readonly string[]): void {
  const release = readRelease();
  const { name, version } = release.manifest;
  const problems = disagreements(release);
  if (problems.length > 0) {
    print(`${name}@${version} cannot be published:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  if (flags.includes('--notes')) print(notesOf(release.changelog));
  if (flags.includes('--check') || flags.includes('--notes')) return;
  const { filename, files, size, unpackedSize, integrity } = pack();
  const command = ['publish', filename, '--tag', distTagOf(version)];
  print(files.map(({ path }) => path).join('\n'));
  print(`${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked, ${integrity}`);
  print(`\n${notesOf(release.changelog)}\n`);
  if (flags.includes('--publish')) run('npm', ...command);
  print(`${flags.includes('--publish') ? 'Published' : 'Would publish'} ${name}@${version}: npm ${command.join(' ')}`);
}

main(process.argv.slice(2));
