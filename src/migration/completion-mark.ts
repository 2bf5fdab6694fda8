import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SentCodeStoreError } from '../contract/errors.js';
import type { SentCodeStore } from '../contract/store.js';
import type { StoreMetadata } from '../core/driver.js';
import { checkOptions } from '../core/check-options.js';
import { lazySchema } from '../core/lazy-schema.js';
import { textSchema } from '../core/option-schemas.js';
import { targetOf } from './target.js';

/** When a migration into this target was completed; `undefined` if it was not. */
export async function completionOf(metadata: StoreMetadata, name: string): Promise<string | undefined> {
  return (await metadata.get([keyOf(name)])).get(keyOf(name));
}

/** Remembers in the target that a migration is complete. */
export async function setCompletion(metadata: StoreMetadata, name: string, completedAt: Date): Promise<void> {
  await metadata.set(new Map([[keyOf(name), completedAt.toISOString()]]));
}

/**
 * Makes a store forget that migrations into it were completed: the migration of that name, or all
 * of them. Codes stay. Resolves to the number of migrations forgotten. `METADATA_UNSUPPORTED` on a
 * store without metadata.
 *
 * @example
 * ```ts
 * import { resetMigration } from 'sent-code-store';
 *
 * await resetMigration(store); // the next migrateLegacyState runs again
 * ```
 */
export async function resetMigration(store: SentCodeStore, options: { readonly name?: string } = {}): Promise<number> {
  checkOptions(optionsSchema, options, 'resetMigration');
  const { metadata } = targetOf(store);
  if (metadata === undefined) {
    throw new SentCodeStoreError(
      'METADATA_UNSUPPORTED',
      `${store.name} keeps no marks of migrations: every migration into it runs each time.`,
    );
  }
  const keys: string[] = [];
  if (options.name !== undefined) keys.push(...(await metadata.get([keyOf(options.name)])).keys());
  else for await (const [key] of metadata.list(PREFIX)) keys.push(key);
  if (keys.length > 0) await metadata.delete(keys);
  return keys.length;
}

const optionsSchema = lazySchema(() => z.strictObject({ name: textSchema().optional() }));
const PREFIX = 'migration:';
const MAX_NAME_LENGTH = 150;

function keyOf(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return PREFIX + name;
  // A name can be a long path, and keys of metadata are short.
  return `${PREFIX}${name.slice(0, MAX_NAME_LENGTH - 65)}#${createHash('sha256').update(name).digest('hex')}`;
}
