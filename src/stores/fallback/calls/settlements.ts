import type { ClaimWrite, Settlement } from '../../../core/driver.js';
import type { CallContext } from './call-context.js';
import { deciderOf } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import type { Mirror } from '../chain/mirror.js';
import { allFailed, notAuthoritative } from '../chain/refusals.js';
import { isHeld } from '../chain/hold-copies.js';
import { follow, isGrant } from './following.js';
import { deferOn } from './marks.js';
import { guildsOf, heldBy, idOf, type MaybeRecord, withHold } from '../chain/record-strength.js';
import { everywhere } from './removals.js';

/**
 * Changes held codes: the first store decides, the mirrors follow. While it is away, a mirror
 * decides and remembers.
 */
export async function settleRecords(context: CallContext, changes: readonly Settlement[]): Promise<readonly MaybeRecord[]> {
  const { chain, background } = context;
  const frees = changes.find(({ event }) => isRemoval(event));
  if (frees !== undefined) {
    const what = frees.event.type === 'resolve' ? 'resolveUncertain' : 'release';
    return everywhere(context, what, guildsOf(changes), async () => {
      const after = await chain.first.call((store) => store.settleRecords(changes));
      for (const witness of chain.witnesses) {
        if (witness.claims) await witness.call((store) => store.settleRecords(changes));
      }
      // A code that the first store kept is being sent.
      const gone = changes.filter((_, index) => after[index] === undefined);
      for (const mirror of chain.mirrors) await mirror.call((store) => store.settleRecords(gone));
      return after;
    });
  }
  await background.ready(changes);
  return chain.locks.shared(guildsOf(changes), () => oneByOne(chain, changes, () => settle(chain, changes)));
}

/**
 * Whether an event frees a code whatever was tried. A store that misses it would hold the code for
 * ever.
 */
function isRemoval(event: Settlement['event']): boolean {
  return event.type === 'resolve' || (event.type === 'release' && event.outcome === 'unsent');
}

/**
 * Runs one change of a code at a time, until the mirrors have it too. Otherwise the first store
 * could grant a message to one taker and go away, and a mirror that missed this would grant it to
 * another:
 *
 * ```text
 * taker 1: first store: take, done      answer on its way                mirror: not mine      sends
 * others:                                first store is down
 * taker 2:                                     mirror: take, done        sends
 * ```
 *
 * A renewal or a release leaves the same gap while its answer is on its way. Another change of
 * these codes waits for two calls at most, each within `operationTimeoutMs`, which is far below a
 * lease. Marks, and changes of other codes, do not wait.
 */
function oneByOne<T>(chain: Chain, changes: readonly Settlement[], work: () => Promise<T>): Promise<T> {
  // No guild id is "hold", and this lock is always taken inside that of the guild.
  return chain.locks.exclusive(
    changes.map((change) => `hold:${idOf(change)}`),
    work,
  );
}

async function settle(chain: Chain, changes: readonly Settlement[]): Promise<readonly MaybeRecord[]> {
  const pending = changes.some((change) => chain.isPending(change));
  const grants = changes.some(({ event }) => isGrant(event));
  if (chain.first.up && pending && grants) {
    // While others reach the first store, only that store may grant the right to send.
    throw notAuthoritative(chain, changes[0]?.guildId ?? '');
  }
  // A pending code is not yet in the first store as the mirror has it.
  const asked = chain.first.up && !pending;
  if (asked) {
    let after: readonly MaybeRecord[] | undefined;
    try {
      after = await chain.first.call((store) => store.settleRecords(changes));
    } catch {
      // The first store may have made the changes or not. They name the token or the message, so
      // they can be repeated.
    }
    if (after !== undefined) {
      await follow(chain, changes, after);
      return after;
    }
  }
  return settleOnMirror(chain, changes, asked);
}

/**
 * Makes changes on the mirrors, which remember them. `asked`: the first store may have made them.
 */
async function settleOnMirror(chain: Chain, changes: readonly Settlement[], asked: boolean): Promise<readonly MaybeRecord[]> {
  for (const { guildId, event } of changes) {
    // Whoever takes a message over, or begins it anew, sends it, which needs authority.
    if ((event.type === 'take' || event.type === 'unsent') && deciderOf(chain, guildId) === undefined)
      throw notAuthoritative(chain, guildId);
  }
  const takes = changes.some(({ event }) => event.type === 'take');
  const made = await chain.onMirrors(async (store) => {
    const before = takes ? await store.readRecords(changes) : [];
    return { before, after: await store.settleRecords(changes) };
  });
  const kept = await deferOn(chain, made, (mirror, answer) => deferSettled(mirror, changes, answer, asked));
  if (kept.size === 0) throw allFailed(chain);
  return changes.map(({ guildId, event }, index) => {
    const decider = deciderOf(chain, guildId);
    const mustDecide = event.type === 'take' || event.type === 'unsent';
    if (mustDecide && (decider === undefined || !kept.has(decider))) throw notAuthoritative(chain, guildId);
    const answers = decider !== undefined && kept.has(decider) ? [kept.get(decider)] : [...kept.values()];
    const record = answers.map((answer) => answer?.after[index]).find((one) => one !== undefined);
    if (event.type === 'renew' && !heldBy(record, event.token) && record?.state !== 'sent' && decider === undefined) {
      throw notAuthoritative(chain, guildId);
    }
    return record;
  });
}

/**
 * Remembers changes that a mirror has made. A takeover is remembered with the mirror's record,
 * because the first store may not have the code at all:
 *
 * ```text
 * first store: gave X back     answer lost      replay: "take X" finds no X: free, while the taker sends
 * mirror:                      X held           taken
 * ```
 *
 * The end of the owner before is remembered too, because its lease may still be alive in the first
 * store: its process died, a renewal is pending, or a replay just brought that owner there.
 *
 * ```text
 * first store: X of T1, alive     outage            replay: "take X" is refused      T1's lease ends: X to T3
 * mirror:      X of T1, over      X taken by T2     T2 sends
 * ```
 */
async function deferSettled(
  mirror: Mirror,
  changes: readonly Settlement[],
  { before, after }: Settled,
  asked: boolean,
): Promise<void> {
  const former: Settlement[] = [];
  const taken: MaybeRecord[] = [];
  const takeovers = new Map<string, { claim: ClaimWrite; takeover: 'retry' | 'ask' }>();
  for (const [index, { guildId, code, event }] of changes.entries()) {
    const record = after[index];
    if (event.type !== 'take' || record === undefined || record.state === 'sent' || record.token !== event.token) continue;
    const { token, leaseMs } = event;
    const owner = before[index];
    if (isHeld(owner) && owner.token !== null) {
      former.push({ guildId, code, event: { type: 'release', token: owner.token, outcome: 'uncertain' } });
      taken.push(record);
    }
    const claim = withHold(takeovers.get(token)?.claim, { guildId, code, record }, leaseMs);
    takeovers.set(token, { claim, takeover: event.asks === true ? 'ask' : 'retry' });
  }
  // Dropped together with the former owner's claim, if the first store never hears of that claim.
  await mirror.pending.deferChanges(former, taken);
  for (const taken of takeovers.values()) await mirror.pending.deferClaim({ type: 'claim', ...taken }, asked);
  const others = changes.flatMap((change, index) => (change.event.type === 'take' ? [] : [{ change, record: after[index] }]));
  await mirror.pending.deferChanges(
    others.map(({ change }) => change),
    others.map(({ record }) => record),
  );
}

/** A mirror's records of the changed codes. */
interface Settled {
  /** Before the changes; empty if none is a takeover. */
  readonly before: readonly MaybeRecord[];
  readonly after: readonly MaybeRecord[];
}
