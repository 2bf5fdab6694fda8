import type { CodeState } from '../../src/contract/types.js';
import type { SentCodeStore } from '../../src/contract/store.js';
import type { DiscordApiControl } from '../tools/discord-api/control-client.js';
import { lostToDeduplication, postsByCode } from '../tools/discord-api/ledger-reader.js';
import type { BotConfig } from './bot/config.js';
import { openPrimitives } from '../support/stores/open-primitives.js';

/** What the ledger of the fake Discord and the store say in the end, by (guild, code). */
export interface Verdict {
  /** Number of (guild, code). */
  readonly pairs: number;
  readonly postedOnce: number;
  /** `guild:CODE`, posted more than once. */
  readonly duplicates: readonly string[];
  /** Not posted, and uncertain in the store. */
  readonly heldMissing: number;
  /** Posted, and uncertain in the store. */
  readonly heldPosted: number;
  /** Ids of messages that are uncertain and whole: with `retry` each of them should have been sent again. */
  readonly wholeHeld: readonly string[];
  /** `guild:CODE`, not posted and not uncertain: lost, or about to be sent again. */
  readonly unaccounted: readonly string[];
  /** Posted, and neither sent nor uncertain in the store: a later round would post it again. */
  readonly forgotten: readonly string[];
  /** Codes that a nonce swallowed because the first message under it did not show them. */
  readonly swallowed: readonly string[];
  /** Requests that Discord answered with the message of an earlier one. */
  readonly deduplicated: number;
  /** Requests on which a fault of the network or of Discord was played. */
  readonly faults: number;
}

/** Compares the ledger with the store. */
export async function judge(
  store: SentCodeStore,
  control: DiscordApiControl,
  { channels, codes }: Pick<BotConfig, 'channels' | 'codes'>,
): Promise<Verdict> {
  const own = new Set(Object.values(channels));
  const entries = (await control.ledger()).filter(({ channelId }) => own.has(channelId));
  const posts = postsByCode(entries);
  const guilds = Object.entries(channels);
  const states = new Map(
    await Promise.all(guilds.map(async ([guildId]) => [guildId, await store.states(guildId, codes)] as const)),
  );
  const pairs = guilds.flatMap(([guildId, channelId]) =>
    codes.map((code) => ({
      name: `${guildId}:${code}`,
      posts: posts.get(`${channelId}:${code}`) ?? 0,
      state: states.get(guildId)?.get(code) ?? ('absent' satisfies CodeState),
    })),
  );
  const names = (some: typeof pairs): string[] => some.map(({ name }) => name);
  return {
    pairs: pairs.length,
    postedOnce: pairs.filter((pair) => pair.posts === 1).length,
    duplicates: names(pairs.filter((pair) => pair.posts > 1)),
    heldMissing: pairs.filter((pair) => pair.posts === 0 && pair.state === 'uncertain').length,
    heldPosted: pairs.filter((pair) => pair.posts > 0 && pair.state === 'uncertain').length,
    wholeHeld: await wholeMessages(store),
    unaccounted: names(pairs.filter((pair) => pair.posts === 0 && pair.state !== 'uncertain')),
    forgotten: names(pairs.filter((pair) => pair.posts > 0 && pair.state !== 'uncertain' && pair.state !== 'sent')),
    swallowed: lostToDeduplication(entries),
    deduplicated: entries.filter(({ kind }) => kind === 'deduplicated').length,
    faults: entries.filter((entry) => 'fault' in entry && entry.fault !== null).length,
  };
}

async function wholeMessages(store: SentCodeStore): Promise<string[]> {
  const left = new Map<string, number>();
  for await (const { record } of openPrimitives(store).scanRecords({ held: true })) {
    if (record.state !== 'sent') left.set(record.messageId, (left.get(record.messageId) ?? record.size) - 1);
  }
  return [...left].filter(([, missing]) => missing === 0).map(([messageId]) => messageId);
}
