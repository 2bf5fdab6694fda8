import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterFile } from './after-file.js';

/** A `.ts` script as plain JavaScript, for child processes. */
export interface Script {
  /** Outside of the project, and readable for every user. */
  readonly path: string;
  remove(): Promise<void>;
}

const scripts = new Map<string, Promise<Script>>();

/** The path of {@link makeScript}'s script, made once for a test file, and removed after it. */
export async function scriptOf(entry: URL): Promise<string> {
  const made = scripts.get(entry.href) ?? makeScript(entry);
  if (!scripts.has(entry.href)) {
    scripts.set(entry.href, made);
    afterFile(async () => {
      scripts.delete(entry.href);
      await (await made).remove();
    });
  }
  return (await made).path;
}

/**
 * One file with everything that a script needs: each child would translate a hundred sources anew.
 * What the first child compiles is kept for the others. A script has no top-level await.
 * @param alias - packages in the place of others
 */
export async function makeScript(entry: URL, alias: Readonly<Record<string, string>> = {}): Promise<Script> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-script-'));
  await chmod(folder, 0o755);
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: join(folder, 'bundle.cjs'),
    bundle: true,
    alias: { ...alias },
    platform: 'node',
    // Only a script, and no module, can be run from compiled code in Node 20.
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  const path = join(folder, 'script.cjs');
  await copyFile(new URL('script-loader.cjs', import.meta.url), path);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
