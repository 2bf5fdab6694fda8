import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { scriptOf } from '../../tools/script.js';
import { Database } from '../database.js';
import { type Leaks, type Use, WINDOWS } from './use.js';

/** What code that was compiled late, and caches of the engine, add to a heap in each span, in bytes. */
const NOISE = 150_000;
/** No more than this may be left of a call, and of an opening, in bytes. An object of two fields has more. */
const PER_CALL = 12;
const PER_OPENING = 200;

/** Uses a store in a process of its own. */
export async function useStore(options: Omit<Use, 'database'>): Promise<Leaks> {
  const script = await scriptOf(new URL('user/main.ts', import.meta.url));
  const database = new Database(options.uri, `torture_leaks_${Date.now()}`);
  try {
    const use: Use = { ...options, database: database.name };
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, JSON.stringify(use)]);
    return JSON.parse(stdout) as Leaks;
  } finally {
    await database.drop();
  }
}

/** What is leaked; nothing if all is well. */
export function leaksOf({ calls, openings, afterCalls, afterOpenings, left }: Leaks): string[] {
  const grown = (what: string, bytes: number, count: number, each: number): string[] =>
    bytes > NOISE + (count / WINDOWS) * each
      ? [`the heap grows by ${bytes} bytes or more in each fifth of ${count} ${what}`]
      : [];
  return [...left, ...grown('calls', afterCalls, calls, PER_CALL), ...grown('openings', afterOpenings, openings, PER_OPENING)];
}
