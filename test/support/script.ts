import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { afterFile } from '../tools/after-file.js';

const scripts = new Map<string, Promise<string>>();

/**
 * One file of plain JavaScript with everything that a `.ts` script for child processes needs, made once for a test file: each child would
 * translate a hundred sources anew. Resolves to its path, outside of the project and readable for every user.
 */
export async function scriptOf(entry: URL): Promise<string> {
  const made = scripts.get(entry.href) ?? makeScript(entry);
  scripts.set(entry.href, made);
  return made;
}

async function makeScript(entry: URL): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-script-'));
  afterFile(async () => {
    scripts.delete(entry.href);
    await rm(folder, { recursive: true, force: true });
  });
  await chmod(folder, 0o755);
  await build({
    entry: { script: entry.pathname },
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    // Bundled CommonJS packages ask for built-in modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    target: 'node20',
    removeNodeProtocol: false,
    noExternal: [/.*/],
    splitting: false,
    config: false,
    silent: true,
    clean: false,
  });
  return join(folder, 'script.mjs');
}
