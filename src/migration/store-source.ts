import { SentCodeStoreError } from '../contract/errors.js';
import type { SentCodeStore } from '../contract/store.js';
import type { SourceCode, SourceEntry } from './source-entry.js';

/** Reads a store as a stream, guild by guild. */
export async function* readStore(store: SentCodeStore): AsyncGenerator<SourceEntry> {
  for await (const guildId of store.listGuilds()) yield { guildId, codes: codesOf(store, guildId) };
}

async function* codesOf(store: SentCodeStore, guildId: string): AsyncGenerator<SourceCode> {
  for await (const { code, sentAt, receipt } of store.listSent(guildId)) {
    yield { code, sentAt: sentAt?.getTime() ?? null, receipt: receipt ?? undefined };
  }
  // Not left out: the target would offer the code again, although its message may have arrived.
  for await (const { code } of store.listUncertain(guildId)) yield { code, sentAt: null, problem: uncertain(store.name, code) };
}

function uncertain(storeName: string, code: string): SentCodeStoreError {
  return new SentCodeStoreError(
    'MIGRATION_INCOMPLETE',
    `${code} is uncertain in ${storeName}: its message may have arrived. Decide it there with resolveUncertain, then run the migration again.`,
  );
}
