import { cp, lstat, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What became of a history. */
export interface Verdict {
  readonly seed: number;
  /** What the history breaks; nothing if all is as promised. */
  readonly broken: readonly string[];
  /** Where its records are kept, if it breaks anything. */
  readonly kept: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

/** Keeps the records of a history, so that somebody can look what happened. */
export async function keep(folder: string, name: string): Promise<string> {
  const kept = fileURLToPath(new URL(`../../../.test-results/torture/${name}`, import.meta.url));
  await mkdir(kept, { recursive: true });
  // A lock's socket cannot be copied.
  await cp(folder, kept, { recursive: true, filter: async (path) => !(await lstat(path)).isSocket() });
  return kept;
}
