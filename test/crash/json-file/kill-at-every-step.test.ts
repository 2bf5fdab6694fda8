import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { scriptOf } from '../../tools/script.js';
import { allowedOutcomes, type Outcome } from './script.js';

let child: string;

beforeAll(async () => {
  child = await scriptOf(new URL('killed-child.ts', import.meta.url));
});

describe('an acknowledged mark survives kill -9 at any instant', () => {
  it('whichever step on the file system it comes before, also in the middle of a write', { timeout: 300_000 }, async () => {
    const { steps } = await runChild(Infinity);
    let killed = 0;
    const kinds = new Set<string>();
    for (let limit = 1; ; limit += 1) {
      const { folder, begun, done, signal } = await runChild(limit);
      await interruptOpening(folder, (limit % 8) + 1);
      await checkReopened(folder, begun, done, `killed at step ${limit}`);
      if (signal === null) break;
      killed += 1;
      kinds.add(
        fs
          .readdirSync(folder)
          .map((name) => name.replace(/\.[0-9a-f]{12}\.unfinished$/, '.unfinished').replace(/\d+(?=$|\.unfinished$)/, 'n'))
          .sort()
          .join(' '),
      );
    }
    console.log(`killed at ${killed} steps; folders: ${[...kinds].join(' | ')}`);
    expect(killed).toBe(steps);
    expect(killed).toBeGreaterThan(100);
  });
});

/** An opening that itself ends after so many steps: a crash loop must not lose anything either. */
async function interruptOpening(folder: string, limit: number): Promise<void> {
  let steps = 0;
  const files = interceptedFiles(() => {
    steps += 1;
    if (steps >= limit) throw systemError('EIO');
  });
  await withStore(folder, (store) => store.ping(), {}, { files }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'STORE_IO' });
  });
}

interface Run {
  readonly folder: string;
  readonly begun: ReadonlySet<string>;
  readonly done: ReadonlySet<string>;
  /** How many steps it took to the end; NaN if it was killed. */
  readonly steps: number;
  readonly signal: string | null;
}

async function runChild(limit: number): Promise<Run> {
  const folder = tempFolder();
  const store = path.join(folder, 'store');
  fs.mkdirSync(store);
  const log = path.join(folder, 'log');
  fs.writeFileSync(log, '');
  const running = spawn(process.execPath, [child, store, log, String(limit)], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = (await once(running, 'exit')) as [number | null, string | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the child ended with ${code ?? signal}`);
  const lines = fs.readFileSync(log, 'utf8').split('\n');
  const after = (word: string): ReadonlySet<string> =>
    new Set(lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1)));
  return { folder: store, begun: after('begun'), done: after('done'), steps: Number([...after('end')][0]), signal };
}

/** What was acknowledged is there; what was begun may be; nothing else is. */
async function checkReopened(folder: string, begun: ReadonlySet<string>, done: ReadonlySet<string>, when: string): Promise<void> {
  const logger = new Lines();
  const store = makeStore(folder, { logger });
  await store.ping();
  for (const [key, allowed] of allowedOutcomes(begun, done)) {
    const [guildId = '', code = ''] = key.split(':');
    const found = (await store.states(guildId, [code])).get(code);
    if (found === undefined || !allowed.has(found as Outcome)) {
      throw new Error(`${when}: ${key} is ${found}, allowed: ${[...allowed].join(', ')}. ${logger.all.join(' ')}`);
    }
  }
  await store.close();
}
