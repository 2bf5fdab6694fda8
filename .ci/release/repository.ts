import { readFileSync, writeFileSync } from 'node:fs';

/** What package.json says of where the project lives. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly homepage: string;
  readonly bugs: { readonly url: string };
}

/** The owner in the address until a maintainer sets it. */
const UNSET_OWNER = 'OWNER';

/**
 * The one place that knows the address is `repository.url` of package.json. Everything else is
 * derived from it: homepage and bugs, which npm wants written out, and the links of the README.
 */
export function addressOf({ repository }: Pick<Manifest, 'repository'>): string {
  const address = /^git\+(https:\/\/github\.com\/[\w.-]+\/[\w.-]+)\.git$/.exec(repository.url)?.[1];
  if (address === undefined)
    throw new Error(`package.json: repository.url is ${repository.url}, not git+https://github.com/<owner>/<name>.git`);
  return address;
}

/** The fields of package.json for a repository at `https://github.com/<owner>/<name>`. */
export function fieldsFor(given: string): Pick<Manifest, 'repository' | 'homepage' | 'bugs'> {
  const address = given.replace(/(?:\.git)?\/?$/, '');
  const fields = {
    repository: { type: 'git', url: `git+${address}.git` },
    homepage: `${address}#readme`,
    bugs: { url: `${address}/issues` },
  };
  addressOf(fields);
  return fields;
}

export const isUnset = (address: string): boolean => address.includes(`/${UNSET_OWNER}/`);

/** `npm run repository https://github.com/<owner>/<name>`: sets the address, once. */
function main([address]: readonly string[]): void {
  const file = new URL('../../package.json', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const manifest = JSON.parse(text) as Manifest;
  if (address === undefined) process.stdout.write(`${addressOf(manifest)}\n`);
  else writeFileSync(file, `${JSON.stringify({ ...manifest, ...fieldsFor(address) }, undefined, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
