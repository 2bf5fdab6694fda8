import type { Settlement } from '../../../core/driver.js';
import { demoteOthers } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { isHeld } from '../chain/hold-copies.js';
import type { Mirror } from '../chain/mirror.js';
import { heldBy, type MaybeRecord } from '../chain/record-strength.js';

/** Whether an event gives somebody the right to send, or prolongs it. */
export function isGrant(event: Settlement['event']): event is Grant {
  return event.type === 'take' || event.type === 'renew' || event.type === 'unsent';
}

type Grant = Settlement['event'] & { readonly type: 'take' | 'renew' | 'unsent' };

/**
 * Repeats on the mirrors what the first store did. A mirror that misses a release keeps the code as
 * held, so an outage holds it. A mirror that misses a take or a renewal, or refuses it, would see a
 * live claim as over, and give the message to another taker: it loses its authority.
 */
export async function follow(chain: Chain, changes: readonly Settlement[], after: readonly MaybeRecord[]): Promise<void> {
  const seen = changes.map((change, index) => followed(change, after[index]));
  const mirrors = await chain.onMirrors(async (store) => {
    const copies = await store.settleRecords(seen);
    const former = seen.flatMap((change, index) => endOfFormer(change, after[index], copies[index]));
    if (former.length === 0) return copies;
    await store.settleRecords(former);
    return store.settleRecords(seen);
  });
  if (!changes.some(({ event }) => isGrant(event))) return;
  for (const [mirror, copies] of mirrors) {
    if (changes.some((change, index) => lacksGrant(mirror, change, after[index], copies[index]))) mirrors.delete(mirror);
  }
  // This process knows of the loss in any case. The next process needs no note: the owner of the
  // claim ends with this process.
  await demoteOthers(chain, mirrors).catch(() => undefined);
}

/**
 * A change as the mirrors make it after the first store. A code that was given back, but is still
 * in the first store, belongs to another owner by then:
 *
 * ```text
 * this process: claims X     lease ends                        gives X back     mirror: X free, unless it is told otherwise
 * another one:                           takes X over, sends
 * ```
 */
function followed(change: Settlement, after: MaybeRecord): Settlement {
  if (change.event.type !== 'release' || after === undefined) return change;
  return { ...change, event: { ...change.event, outcome: 'uncertain' } };
}

/**
 * Ends the claim of the owner before, if a mirror refuses a taker for its sake. The lease of a copy
 * begins at the copy:
 *
 * ```text
 * first store: X of T1     lease ends   X of T2, sends, renews              down
 * mirror:        copy of X of T1        T2 is refused          lease ends   X to the next taker
 * ```
 */
function endOfFormer({ guildId, code, event }: Settlement, after: MaybeRecord, copy: MaybeRecord): Settlement[] {
  if (event.type !== 'take' || !heldBy(after, event.token)) return [];
  if (!isHeld(copy) || copy.state !== 'claimed' || copy.token === null || copy.token === event.token) return [];
  return [{ guildId, code, event: { type: 'release', token: copy.token, outcome: 'uncertain' } }];
}

/** Whether a mirror may answer for the guild, and lacks a right that the first store gave. */
function lacksGrant(mirror: Mirror, { guildId, event }: Settlement, after: MaybeRecord, copy: MaybeRecord): boolean {
  if (!isGrant(event) || !heldBy(after, event.token) || !mirror.coverage.covers(guildId)) return false;
  return copy?.state !== 'sent' && !heldBy(copy, event.token);
}
