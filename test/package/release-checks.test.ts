import { describe, expect, it } from 'vitest';
import { disagreements, distTagOf, notesOf, type Release } from '../../.ci/release/release-checks.js';
import { fieldsFor } from '../../.ci/release/repository.js';

const address = 'https://github.com/us/store';
const agreeing: Release = {
  manifest: { name: 'sent-code-store', version: '1.2.0', ...fieldsFor(address) },
  lockedVersion: '1.2.0',
  changelog:
    '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- A thing.\n\n## [1.1.0] - 2026-01-01\n\n- Old.\n',
  tags: ['v1.2.0', 'nightly'],
  origin: 'https://github.com/us/store.git',
  changedFiles: [],
};

describe('a release', () => {
  it.for([address, `${address}.git`, 'git@github.com:us/store.git', 'ssh://git@github.com/US/Store.git'])(
    'may be published if all agree, with origin %s',
    (origin) => expect(disagreements({ ...agreeing, origin })).toEqual([]),
  );

  it.for<[what: string, change: Partial<Release>, says: string]>([
    [
      'the address was never set',
      { manifest: { ...agreeing.manifest, ...fieldsFor('https://github.com/OWNER/store') } },
      'placeholder',
    ],
    [
      'homepage is of another repository',
      { manifest: { ...agreeing.manifest, homepage: 'https://github.com/them/store' } },
      'homepage',
    ],
    [
      'bugs are of another repository',
      { manifest: { ...agreeing.manifest, bugs: { url: 'https://github.com/them/store' } } },
      'bugs',
    ],
    ['origin is another repository', { origin: 'https://github.com/them/store' }, 'origin is https://github.com/them/store'],
    ['there is no origin', { origin: undefined }, 'origin is not set'],
    ['a file is not committed', { changedFiles: ['README.md'] }, 'README.md'],
    ['the lock has another version', { lockedVersion: '1.1.0' }, 'package-lock.json has version 1.1.0'],
    ['there is no tag', { tags: [] }, 'git tag v1.2.0'],
    ['the tag is of another version', { tags: ['v1.2.1'] }, 'v1.2.1'],
    ['there are two tags of versions', { tags: ['v1.2.0', 'v1.2.1'] }, 'v1.2.0, v1.2.1'],
    [
      'entries are unreleased',
      { changelog: agreeing.changelog.replace('[Unreleased]', '[Unreleased]\n\n- New.') },
      'empty [Unreleased]',
    ],
    [
      'the changelog has no such version',
      { changelog: agreeing.changelog.replace('[1.2.0]', '[1x2.0]') },
      '"[1x2.0] - 2026-01-31"',
    ],
    ['the version has no date', { changelog: agreeing.changelog.replace(' - 2026-01-31', '') }, 'not "[1.2.0] - <date>"'],
    [
      'the version says nothing',
      { changelog: agreeing.changelog.replace('### Added\n\n- A thing.', '') },
      '[1.2.0] says nothing',
    ],
  ])('is refused if %s', ([, change, says]) => {
    expect(disagreements({ ...agreeing, ...change })).toEqual([expect.stringContaining(says)]);
  });

  it('is latest, or next before it is a release', () => {
    expect(['1.2.0', '1.2.0-rc.1'].map(distTagOf)).toEqual(['latest', 'next']);
  });

  it('has the notes of its version alone', () => expect(notesOf(agreeing.changelog)).toBe('### Added\n\n- A thing.'));
});
