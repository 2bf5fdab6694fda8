import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The package as bots import it: what `npm run build` has made. */
export type Package = typeof import('../../src/index.js');

interface Contestant {
  readonly name: string;
  readonly library: Package;
}

export const OURS = 'sent-code-store';
export const BEFORE = 'before';

/** This tree's build, and beside it the one whose folder `--beside` names. */
export async function contestants(): Promise<Contestant[]> {
  const beside = process.env['BENCH_BESIDE'];
  const found = [{ name: OURS, library: await load(join(import.meta.dirname, '../../dist')) }];
  if (beside !== undefined) found.push({ name: BEFORE, library: await load(beside) });
  return found;
}

const load = async (folder: string): Promise<Package> => (await import(pathToFileURL(join(folder, 'index.js')).href)) as Package;

/** A peer, or `undefined` and a printed line if it cannot be loaded here. */
export async function optional<T>(name: string, open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    console.log(`skipped: ${name}: ${reason}`);
    return undefined;
  }
}

/** The versions of the peers that are installed. */
export function peerVersions(): Record<string, string> {
  const manifestOf = (path: string): { version?: string; optionalDependencies?: Record<string, string> } =>
    JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as ReturnType<typeof manifestOf>;
  const names = Object.keys(manifestOf('../package.json').optionalDependencies ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      try {
        return [[name, manifestOf(`../node_modules/${name}/package.json`).version ?? 'unknown']];
      } catch {
        return [];
      }
    }),
  );
}
