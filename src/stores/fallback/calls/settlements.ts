import type { Settlement } from '../../../core/driver.js';
import type { CallContext } from './call-context.js';
import { deciderOf } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { allFailed, notAuthoritative } from '../chain/refusals.js';
import { deferOn } from './marks.js';
import { guildsOf, heldBy, type MaybeRecord } from '../chain/record-strength.js';
import { everywhere } from './removals.js';

/** Changes held codes: the first store decides, the mirrors follow. While it is away, a mirror decides and remembers. */
export async function settleRecords(context: CallContext, changes: readonly Settlement[]): Promise<readonly MaybeRecord[]> {
  const { chain, background } = context;
  if (changes.some(({ event }) => event.type === 'resolve')) {
    return everywhere(context, 'resolveUncertain', guildsOf(changes), async () => {
      const after = await chain.first.call((store) => store.settleRecords(changes));
      for (const witness of chain.witnesses) {
        if (witness.claims) await witness.call((store) => store.settleRecords(changes));
      }
      // What the first store did not let go of is being sent by somebody.
      const gone = changes.filter((_, index) => after[index] === undefined);
      for (const mirror of chain.mirrors) await mirror.call((store) => store.settleRecords(gone));
      return after;
    });
  }
  await background.ready(changes);
  return chain.locks.shared(guildsOf(changes), async () => {
    const pending = changes.some((change) => chain.isPending(change));
    if (chain.first.up && pending && changes.some(({ event }) => event.type === 'take' || event.type === 'renew')) {
      // To take or keep the right to send is for the first store to grant while others reach it.
      throw notAuthoritative(chain, changes[0]?.guildId ?? '');
    }
    // A pending code is not yet in the first store as the mirror has it.
    if (chain.first.up && !pending) {
      try {
        const after = await chain.first.call((store) => store.settleRecords(changes));
        // What a mirror misses here leaves a code held there: an outage keeps it back.
        const seen = changes.map((change, index) => followed(change, after[index]));
        await chain.onMirrors((store) => store.settleRecords(seen));
        return after;
      } catch {
        // It may have made the changes or not. They name the token or the message, so they can be repeated.
      }
    }
    return settleOnMirror(chain, changes);
  });
}

/**
 * What a mirror is told of a change that the first store was asked for. A code that was given back, and is there still, belongs to somebody else by then:
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

async function settleOnMirror(chain: Chain, changes: readonly Settlement[]): Promise<readonly MaybeRecord[]> {
  for (const { guildId, event } of changes) {
    // To take a message over is to send it: that needs authority.
    if (event.type === 'take' && deciderOf(chain, guildId) === undefined) throw notAuthoritative(chain, guildId);
  }
  const made = await chain.onMirrors((store) => store.settleRecords(changes));
  const kept = await deferOn(chain, made, (mirror) => mirror.pending.defer({ type: 'settle', changes }));
  if (kept.size === 0) throw allFailed(chain);
  return changes.map(({ guildId, event }, index) => {
    const decider = deciderOf(chain, guildId);
    const answers = decider !== undefined && kept.has(decider) ? [kept.get(decider)] : [...kept.values()];
    const record = answers.map((answer) => answer?.[index]).find((one) => one !== undefined);
    if (event.type === 'renew' && !heldBy(record, event.token) && record?.state !== 'sent' && decider === undefined) {
      throw notAuthoritative(chain, guildId);
    }
    return record;
  });
}
