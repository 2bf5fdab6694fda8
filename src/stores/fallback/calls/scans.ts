import { SentCodeStoreError } from '../../../contract/errors.js';
import type { ScannedRecord, ScanScope } from '../../../core/driver.js';
import type { CallContext } from './call-context.js';
import { isBelieved, deciderOf } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { allFailed, notAuthoritative } from '../chain/refusals.js';
import type { Member } from '../chain/member.js';
import { strength } from '../chain/record-strength.js';

/**
 * Streams the records of the first store, or of all others while it is away. Rejects where the
 * records might not be complete.
 */
export async function* scanRecords(
  { chain, background }: CallContext,
  scope: ScanScope,
): AsyncGenerator<ScannedRecord, void, undefined> {
  await background.ready();
  if (isWhole(chain)) {
    let begun = false;
    try {
      for await (const record of chain.first.scan(scope)) {
        begun = true;
        yield record;
      }
      return;
    } catch (error) {
      if (begun || isWhole(chain)) throw error;
    }
  }
  if (scope.guildId === undefined) {
    for await (const guildId of guildsOfOthers(chain)) yield* scanOthers(chain, { ...scope, guildId });
  } else {
    yield* scanOthers(chain, { ...scope, guildId: scope.guildId });
  }
}

/** Whether the first store is up and lacks nothing. */
function isWhole(chain: Chain): boolean {
  return chain.first.up && isBelieved(chain) && !chain.mirrors.some((mirror) => mirror.pending.codeCount > 0);
}

/** Streams guilds in the same way. */
export async function* scanGuilds({ chain, background }: CallContext): AsyncGenerator<string, void, undefined> {
  await background.ready();
  if (isWhole(chain)) {
    yield* chain.first.iterate((store) => store.scanGuilds());
  } else {
    yield* guildsOfOthers(chain);
  }
}

async function* guildsOfOthers(chain: Chain): AsyncGenerator<string, void, undefined> {
  // Only the first store knows of all guilds.
  if (chain.settings.trust !== 'always') {
    throw new SentCodeStoreError(
      'STORE_UNAVAILABLE',
      `${chain.options.name}: ${chain.first.name} is away, and no other store knows of all guilds. Call again when it is back.`,
      {
        retryable: true,
        cause: chain.first.lastError,
      },
    );
  }
  const seen = new Set<string>();
  for (const member of others(chain)) {
    for await (const guildId of member.iterate((store) => store.scanGuilds())) {
      if (seen.has(guildId)) continue;
      seen.add(guildId);
      yield guildId;
    }
  }
}

/** The strongest record of each code of a guild. Holds one guild in memory. */
async function* scanOthers(
  chain: Chain,
  scope: ScanScope & { readonly guildId: string },
): AsyncGenerator<ScannedRecord, void, undefined> {
  if (deciderOf(chain, scope.guildId) === undefined) {
    throw chain.members.some((member) => member !== chain.first && member.up)
      ? notAuthoritative(chain, scope.guildId)
      : allFailed(chain);
  }
  const records = new Map<string, ScannedRecord>();
  for (const member of others(chain)) {
    try {
      for await (const record of member.scan({ guildId: scope.guildId })) {
        const before = records.get(record.code);
        if (before === undefined || strength(record.record) > strength(before.record)) records.set(record.code, record);
      }
    } catch (error) {
      // The member is down, and that was told. The others may still know everything.
      if (deciderOf(chain, scope.guildId) === undefined) throw error;
    }
  }
  for (const record of records.values()) if (scope.held !== true || record.record.state !== 'sent') yield record;
}

function others(chain: Chain): Member[] {
  return chain.members.filter((member) => member !== chain.first && member.up);
}
