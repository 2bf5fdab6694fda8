import type { SentCodeStore } from '../contract/store.js';

/**
 * Every code that was sent to any guild, once each, as its identity. Reads all records, guild by guild, and keeps the codes that it has seen in
 * memory: for people and reports, not for a poll loop.
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
