import type { CodeState } from '../../../src/contract/types.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import type { DiscordApiControl } from '../../tools/discord-api/control-client.js';
import { postsByCode } from '../../tools/discord-api/ledger-reader.js';

/** What the ledger of the fake Discord and the store say in the end, by (guild, code). */
export interface Verdict {
  /** Number of (guild, code). */
  readonly pairs: number;
  readonly postedOnce: number;
  /** `guild:CODE`, posted more than once. */
  readonly duplicates: readonly string[];
  /** `guild:CODE`, not posted. */
  readonly missing: readonly string[];
  /** `guild:CODE`, uncertain: what `listUncertain` lists. */
  readonly held: readonly string[];
  /** `guild:CODE`, neither marked nor held: a later round would send it. */
  readonly forgotten: readonly string[];
  /** Requests that Discord answered with the message of an earlier one. */
  readonly deduplicated: number;
  /** Requests on which a fault was played. */
  readonly faults: number;
}

/** Compares the ledger with the store. `channels`: all channels in which a guild's codes were ever to be, by guild. */
export async function judge(
  store: SentCodeStore,
  control: DiscordApiControl,
  channels: Readonly<Record<string, readonly string[]>>,
  codes: readonly string[],
): Promise<Verdict> {
  const own = new Set(Object.values(channels).flat());
  const entries = (await control.ledger()).filter(({ channelId }) => own.has(channelId));
  const posts = postsByCode(entries);
  const held: string[] = [];
  const pairs: Pair[] = [];
  for (const [guildId, ids] of Object.entries(channels)) {
    const states = await store.states(guildId, codes);
    for await (const { code } of store.listUncertain(guildId)) held.push(`${guildId}:${code}`);
    for (const code of codes) {
      const times = ids.reduce((sum, id) => sum + (posts.get(`${id}:${code}`) ?? 0), 0);
      pairs.push({ name: `${guildId}:${code}`, times, state: states.get(code) ?? 'absent' });
    }
  }
  const names = (fits: (pair: Pair) => boolean): string[] => pairs.filter(fits).map(({ name }) => name);
  return {
    pairs: pairs.length,
    postedOnce: pairs.filter(({ times }) => times === 1).length,
    duplicates: names(({ times }) => times > 1),
    missing: names(({ times }) => times === 0),
    held,
    forgotten: names(({ state }) => state !== 'sent' && state !== 'uncertain'),
    deduplicated: entries.filter(({ kind }) => kind === 'deduplicated').length,
    faults: entries.filter((entry) => 'fault' in entry && entry.fault !== null).length,
  };
}

interface Pair {
  readonly name: string;
  readonly times: number;
  readonly state: CodeState;
}
