import { addressOf, fieldsFor, isUnset, type Manifest } from './repository.js';

/** What the files and git say of a version that is about to be published. */
export interface Release {
  readonly manifest: Manifest;
  /** The version in package-lock.json. */
  readonly lockedVersion: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** The tags of the commit. */
  readonly tags: readonly string[];
  /** The address of git's remote `origin`; `undefined` if there is none. */
  readonly origin: string | undefined;
  /** Files that differ from the commit. */
  readonly changedFiles: readonly string[];
}

/** Everything that disagrees, one sentence each, with what to do. Empty: may be published. */
export function disagreements(release: Release): string[] {
  return [...repositoryProblems(release), ...versionProblems(release), ...changelogProblems(release)];
}

function repositoryProblems({ manifest, origin, changedFiles }: Release): string[] {
  const address = addressOf(manifest);
  const problems: string[] = [];
  const derived = fieldsFor(address);
  if (manifest.homepage !== derived.homepage || manifest.bugs.url !== derived.bugs.url)
    problems.push(`package.json: homepage or bugs is not of ${address}. Run: npm run repository ${address}`);
  if (isUnset(address))
    problems.push(
      `package.json: the repository is the placeholder ${address}. Run: npm run repository https://github.com/<owner>/<name>`,
    );
  else if (origin === undefined || addressOfRemote(origin) !== address.toLowerCase())
    problems.push(`git: origin is ${origin ?? 'not set'}, and package.json has ${address}. One of them is wrong.`);
  if (changedFiles.length > 0) problems.push(`git: not committed: ${changedFiles.join(', ')}`);
  return problems;
}

/** GitHub takes names in any case. */
function addressOfRemote(remote: string): string {
  return remote
    .replace(/^(?:ssh:\/\/)?git@github\.com[:/]/, 'https://github.com/')
    .replace(/(?:\.git)?\/?$/, '')
    .toLowerCase();
}

function versionProblems({ manifest: { version }, lockedVersion, tags }: Release): string[] {
  const problems: string[] = [];
  if (lockedVersion !== version)
    problems.push(
      `package-lock.json has version ${lockedVersion}, and package.json ${version}. Run: npm install --package-lock-only`,
    );
  const versionTags = tags.filter((tag) => /^v\d/.test(tag));
  if (versionTags.join() !== `v${version}`)
    problems.push(
      `git: the tags of this commit are ${versionTags.join(', ') || 'none'}, and package.json has version ${version}. Run: git tag v${version}`,
    );
  return problems;
}

function changelogProblems({ manifest: { version }, changelog }: Release): string[] {
  const problems: string[] = [];
  const [unreleased, newest] = sectionsOf(changelog);
  if (unreleased?.title !== '[Unreleased]' || unreleased.text !== '')
    problems.push(`CHANGELOG.md: must begin with an empty [Unreleased]. Move its entries below ${version}.`);
  if (newest === undefined || !new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`).test(newest.title))
    problems.push(`CHANGELOG.md: the newest version is "${newest?.title ?? 'none'}", not "[${version}] - <date>".`);
  else if (newest.text === '') problems.push(`CHANGELOG.md: [${version}] says nothing.`);
  return problems;
}

/** What CHANGELOG.md says of its newest version. */
export const notesOf = (changelog: string): string => sectionsOf(changelog)[1]?.text ?? '';

function sectionsOf(changelog: string): { readonly title: string; readonly text: string }[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return { title: title.trim(), text: lines.join('\n').trim() };
    });
}

/** Versions with a hyphen are for those who ask for them: `npm i sent-code-store@next`. */
export const distTagOf = (version: string): string => (version.includes('-') ? 'next' : 'latest');
