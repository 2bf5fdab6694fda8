import { SentCodeStoreError } from '../../../contract/errors.js';
import { type CodeKey, keyOf } from '../../../domain/codes.js';
import { errorText } from '../../../domain/error-text.js';
import type { CallContext } from './call-context.js';
import type { Chain } from '../chain/chain.js';
import { copyLock } from '../upkeep/guild-copies.js';
import type { Member } from '../chain/member.js';
import { guildsOf } from '../chain/record-strength.js';

/** Forgets codes in every store. */
export async function removeRecords(context: CallContext, keys: readonly CodeKey[]): Promise<number> {
  const { chain } = context;
  return everywhere(context, 'forget', guildsOf(keys), async () => {
    // Witnesses first: if one refuses, no other store has changed.
    for (const witness of chain.witnesses) await witness.call((store) => store.removeRecords(keys));
    const removed = await chain.first.call((store) => store.removeRecords(keys));
    const left = await chain.first.call((store) => store.readRecords(keys));
    // A code that the first store kept is being sent. The mirrors must keep it too, whatever their
    // clocks say.
    const gone = keys.filter((_, index) => left[index] === undefined);
    for (const mirror of chain.mirrors) await mirror.call((store) => store.removeRecords(gone));
    return removed;
  });
}

/** Forgets a guild in every store. */
export async function removeGuild(context: CallContext, guildId: string): Promise<number> {
  const { chain } = context;
  return everywhere(context, 'clearGuild', [guildId], async () => {
    for (const witness of chain.witnesses) await witness.call((store) => store.removeGuild(guildId));
    const removed = await chain.first.call((store) => store.removeGuild(guildId));
    const left = new Set<string>();
    for await (const { code } of chain.first.scan({ guildId })) left.add(keyOf(guildId, code));
    for (const mirror of chain.mirrors) {
      const gone: CodeKey[] = [];
      for await (const { code } of mirror.scan({ guildId })) if (!left.has(keyOf(guildId, code))) gone.push({ guildId, code });
      await mirror.call((store) => store.removeRecords(gone));
    }
    return removed;
  });
}

/**
 * Runs work that frees codes, only with every store up and nothing pending: a store that missed it
 * would bring the codes back, or hold them for ever. No other call of these guilds is under way.
 * The first store goes before the mirrors, so a failure halfway leaves them with more than it has,
 * never with less. The call can be repeated.
 */
export async function everywhere<T>(
  { chain, background }: CallContext,
  what: string,
  guilds: Iterable<string>,
  work: () => Promise<T>,
): Promise<T> {
  const names = [...guilds];
  const ready = (): boolean =>
    missing(chain).length === 0 && !chain.mirrors.some((mirror) => !mirror.joined || mirror.pending.hasEntries);
  if (!ready()) await background.wakeAll();
  const alone = async (): Promise<T> => {
    if (!ready()) throw away(chain, what, missing(chain));
    try {
      return await work();
    } catch (error) {
      const down = missing(chain);
      throw down.length === 0 ? error : away(chain, what, down, error);
    }
  };
  // The locks are taken in the same order as by a copy.
  return chain.locks.exclusive(names.map(copyLock), () => chain.locks.exclusive(names, alone));
}

function missing(chain: Chain): Member[] {
  return chain.members.filter((member) => !member.up);
}

function away(chain: Chain, what: string, down: readonly Member[], cause?: unknown): SentCodeStoreError {
  const who =
    down.length === 0
      ? 'some writes of an outage are not in every store yet'
      : `away: ${down.map((member) => `${member.name} (${errorText(member.lastError)})`).join(', ')}`;
  return new SentCodeStoreError(
    'STORE_UNAVAILABLE',
    `${chain.options.name}: ${what} must reach every store. ${who}. Call it again later.`,
    {
      retryable: true,
      cause: cause ?? down[0]?.lastError,
    },
  );
}
