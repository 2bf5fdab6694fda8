import type { SentCodeStore } from '../../../src/contract/store.js';

/** Every (guild, code) that was sent, as `guild:CODE`, sorted. */
export async function sentPairs(store: SentCodeStore): Promise<string[]> {
  const pairs: string[] = [];
  for await (const guildId of store.listGuilds()) {
    for await (const { code } of store.listSent(guildId)) pairs.push(`${guildId}:${code}`);
  }
  return pairs.sort();
}
