import type { SentCodeStore } from '../contract/store.js';

/**
 * Every code that was sent to any guild, once each, as its identity. For people and reports, not
 * for a poll loop: reads all records, guild by guild, and keeps the codes in memory.
 *
 * @example
 * ```ts
 * import { listCodes } from 'sent-code-store';
 *
 * for await (const code of listCodes(store)) console.log(code);
 * ```
 */
export async function* listCodes(store: SentCodeStore): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>();
  for await (const guildId of store.listGuilds()) {
    for await (const { code } of store.listSent(guildId)) {
      if (seen.has(code)) continue;
      seen.add(code);
      yield code;
    }
  }
}
