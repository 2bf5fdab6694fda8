import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { scriptOf } from '../../tools/script.js';
import { checkReopened } from './check.js';
import { runChild, type Run } from './run-child.js';

/** One step of fifteen: the steps of a write come in pairs. `EVERY=1` takes all. */
const EVERY = Number(process.env['EVERY'] ?? 15);

let child: string;

beforeAll(async () => {
  child = await scriptOf(new URL('child.ts', import.meta.url));
});

describe('an acknowledged mark survives kill -9 at any instant', () => {
  it('whichever step on the file system it comes before, also in the middle of a write', { timeout: 300_000 }, async () => {
    const { steps } = await run(Infinity);
    let killed = 0;
    const kinds = new Set<string>();
    for (let limit = 1; ; limit += EVERY) {
      const { folder, ...told } = await run(limit);
      await interruptOpening(folder, (limit % 8) + 1);
      try {
        await checkReopened(folder, { ...told, scenario: 'fresh', kept: undefined, sure: !told.killed });
      } catch (error) {
        throw new Error(`killed at step ${limit}`, { cause: error });
      }
      if (!told.killed) break;
      killed += 1;
      kinds.add(
        fs
          .readdirSync(folder)
          .map((name) => name.replace(/\.[0-9a-f]{12}\.unfinished$/, '.unfinished').replace(/\d+(?=$|\.unfinished$)/, 'n'))
          .sort()
          .join(' '),
      );
    }
    console.log(`killed at ${killed} of ${steps} steps; folders: ${[...kinds].join(' | ')}`);
    expect(killed).toBe(Math.ceil(steps / EVERY));
    expect(steps).toBeGreaterThan(300);
  });
});

/** An opening that itself ends after so many steps: a crash loop must not lose anything either. */
async function interruptOpening(folder: string, limit: number): Promise<void> {
  let steps = 0;
  const files = interceptedFiles(() => {
    steps += 1;
    if (steps >= limit) throw systemError('EIO');
  }, filesWithoutSyncs);
  await withStore(folder, (store) => store.ping(), {}, { files }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'STORE_IO' });
  });
}

async function run(limit: number): Promise<Run & { readonly folder: string }> {
  const base = tempFolder();
  const folder = path.join(base, 'store');
  const options = { folder, log: path.join(base, 'log'), scenario: 'fresh', files: 'in turns, without syncs' } as const;
  return { folder, ...(await runChild(child, limit === Infinity ? options : { ...options, killAt: limit })) };
}
