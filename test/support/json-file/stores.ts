import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Logger } from '../../../src/contract/logger.js';
import type { TestSeams } from '../../../src/stores/json-file/test-seams.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import type { JsonFileStoreOptions } from '../../../src/stores/json-file/options.js';

/** A journal is never folded. */
export const FOLD_NEVER: Partial<TestSeams> = { compactAtBytes: { least: Infinity, most: Infinity }, foldAtCloseBytes: 0 };

/** A store that is closed leaves its files as they are, so that a test sees what was written. */
export const KEEP_AT_CLOSE: Partial<TestSeams> = { foldAtCloseBytes: 0 };

/** A logger that keeps its lines. */
export class Lines {
  readonly all: string[] = [];
  readonly info = (message: string): number => this.all.push(`info ${message}`);
  readonly warn = (message: string): number => this.all.push(`warn ${message}`);
  readonly error = (message: string): number => this.all.push(`error ${message}`);
}

/** Clocks that a test advances. */
export class TestClock {
  wall = 1_700_000_000_000;
  steady = 5000;
  readonly now = (): number => this.wall;
  readonly monotonic = (): number => this.steady;

  advance(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }
}

/** A logger whose first warning can be waited for. */
export function warnings(): { logger: Logger; first: Promise<string> } {
  let warn: (line: string) => void = () => undefined;
  const first = new Promise<string>((resolve) => (warn = resolve));
  return { logger: { info: () => undefined, error: () => undefined, warn }, first };
}

/** A store on a folder's `sent.json`, closed after the test; {@link KEEP_AT_CLOSE} unless told otherwise. */
export function makeStore(
  folder: string,
  options: Partial<JsonFileStoreOptions> = {},
  seams: Partial<TestSeams> = {},
): JsonFileStore {
  const store = new JsonFileStore(
    withTestSeams({ path: path.join(folder, 'sent.json'), ...options }, { ...KEEP_AT_CLOSE, ...seams }),
  );
  onTestFinished(() => store.close());
  return store;
}

/** Runs a step on a store that is closed after it. */
export async function withStore<T>(
  folder: string,
  step: (store: JsonFileStore) => Promise<T>,
  options: Partial<JsonFileStoreOptions> = {},
  seams: Partial<TestSeams> = {},
): Promise<T> {
  const store = new JsonFileStore(
    withTestSeams({ path: path.join(folder, 'sent.json'), ...options }, { ...KEEP_AT_CLOSE, ...seams }),
  );
  try {
    return await step(store);
  } finally {
    await store.close();
  }
}

/** All items of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
