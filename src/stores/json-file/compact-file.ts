import type { Logger } from '../../contract/logger.js';
import { type Clock, systemClock } from '../../domain/clock.js';
import { randomId } from '../../domain/random.js';
import { fileIdentity } from '../../files/file-identity.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { openWritable } from './open-writable.js';
import { resolvePaths } from './store-paths.js';
import { testSeamsOf } from './test-seams.js';

/**
 * Folds the journal of a store into its snapshot. Takes the lock for that. Resolves to the bytes of
 * all files before and after.
 */
export async function compactFile(options: CompactFileOptions): Promise<{ readonly before: number; readonly after: number }> {
  const { path, lockTimeoutMs, logger, clock = systemClock } = options;
  const before = await bytesOf(path);
  const seams = testSeamsOf(options);
  const file = await openWritable({ path, create: 'never', lockTimeoutMs, recover: false, clock, randomId, logger, seams });
  try {
    await file.compact();
  } finally {
    await file.close();
  }
  return { before, after: await bytesOf(path) };
}

/** Options of {@link compactFile}. */
export interface CompactFileOptions {
  readonly path: string;
  readonly lockTimeoutMs: number;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Bytes of a store's snapshot and journals. */
export async function bytesOf(path: string): Promise<number> {
  const paths = await resolvePaths(path);
  const journals = (await paths.journals(nodeFileSystem)).map((generation) => paths.journal(generation));
  let bytes = 0;
  for (const file of [paths.snapshot, ...journals]) bytes += await sizeOf(file);
  return bytes;
}

async function sizeOf(path: string): Promise<number> {
  return Number((await fileIdentity(nodeFileSystem, path))?.size ?? 0);
}
