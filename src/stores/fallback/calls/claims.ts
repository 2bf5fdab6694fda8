import type { ClaimWrite, Settlement } from '../../../core/driver.js';
import type { CodeKey } from '../../../domain/codes.js';
import type { CallContext } from './call-context.js';
import { isBelieved, deciderOf, demote, demoteOthers } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { allFailed, notAuthoritative } from '../chain/refusals.js';
import { deferOn } from './marks.js';
import { type HoldPair, isHeld, updateHolds } from '../chain/hold-copies.js';
import type { Mirror } from '../chain/mirror.js';
import { copyRecords, heldBy, type MaybeRecord, strongest } from '../chain/record-strength.js';
import { noteForeign } from './reads.js';
import { keepIfSame } from '../upkeep/same-first-store.js';

/**
 * Claims codes. The first store decides. Mirrors hold the codes before it is asked, and then
 * release those that it refused. So a crash in between can leave a code that an outage holds. It
 * never leaves a code that a mirror offers while the first store has it as claimed.
 *
 * If the first store does not answer, it may have made the claim, or may still make it. A mirror
 * with authority then decides under the same token, so both make the same claim. Without such a
 * mirror the call rejects, and the token is released in every store that may have it.
 */
export async function claimRecords({ chain, background }: CallContext, claim: ClaimWrite): Promise<readonly MaybeRecord[]> {
  const keys = claim.holds.map(({ code }) => ({ guildId: claim.guildId, code }));
  await background.ready(keys);
  // One claim of a guild at a time. Two claims could reach the mirror in one order and the first
  // store in the other, and each would win a part.
  return chain.locks.exclusive([claim.guildId], async () => {
    if (!chain.first.up) return claimOnMirror(chain, claim, false);
    // The first store does not know yet what is pending, and a mirror must not decide while others
    // reach the first store.
    if (!mayFirstDecide(chain, keys)) throw notAuthoritative(chain, claim.guildId);
    const mirrors = await chain.onMirrors((store) => store.claimRecords(claim));
    let own: readonly MaybeRecord[];
    try {
      await demoteOthers(chain, mirrors);
      own = await chain.first.call((store) => store.claimRecords(claim));
      for (const mirror of chain.mirrors) await compare(chain, claim, mirror, own, mirrors.get(mirror));
    } catch {
      return claimOnMirror(chain, claim, true);
    }
    return own;
  });
}

/**
 * Whether a claim goes to the first store, and is decided there. Else the read before the claim is
 * what says how things are, or refuses.
 */
export function mayClaimUnread({ chain }: CallContext, keys: readonly CodeKey[]): boolean {
  return chain.first.up && mayFirstDecide(chain, keys);
}

function mayFirstDecide(chain: Chain, keys: readonly CodeKey[]): boolean {
  return isBelieved(chain) && !keys.some((key) => chain.isPending(key));
}

/**
 * Brings a mirror in line with what the first store decided. Rejects if that turns out not to be
 * the first store any more. A mirror that missed how a code became free has the hold of an older
 * message:
 *
 * ```text
 * first store: X of M1     given back     X of M2, alive
 * mirror:      X of M1     missed         X of M1 still     outage: M1's lease ends, X to whoever takes M1 over
 * ```
 */
async function compare(
  chain: Chain,
  claim: ClaimWrite,
  mirror: Mirror,
  own: readonly MaybeRecord[],
  copy: readonly MaybeRecord[] | undefined,
): Promise<void> {
  const given = claim.holds.map((hold, index) => ({
    ...hold,
    record: own[index],
    inMirror: copy?.[index],
    copied: heldBy(copy?.[index], hold.token),
  }));
  const won = given.filter(({ record, token }) => heldBy(record, token));
  // Granted, but the mirror has another record or does not answer: the code was forgotten
  // elsewhere, or the first store has lost it.
  if (won.some(({ copied }) => !copied) && mirror.joined && !(await keepIfSame(chain, mirror))) throw chain.first.lastError;
  const lost = given.filter(({ record, token, copied }) => copied && !heldBy(record, token));
  const { guildId } = claim;
  const stale = won.flatMap(({ code, record, inMirror: other, copied }): HoldPair[] =>
    isHeld(record) && isHeld(other) && !copied ? [{ guildId, code, record, copy: other }] : [],
  );
  if (lost.length === 0 && stale.length === 0) return;
  const strange = lost.flatMap(({ code, record }) => (record === undefined ? [] : [{ guildId, code, record }]));
  try {
    if (strange.length > 0) await noteForeign(chain, mirror, guildId);
    await mirror.call((store) => store.settleRecords(releases(guildId, lost)));
    await mirror.call((store) => copyRecords(store, strange, chain.options.leaseMs));
    // Before the owner is told of its claim.
    await mirror.call((store) => updateHolds(store, stale, claim.leaseMs));
  } catch {
    await demote(chain, mirror);
  }
}

/** Lets a mirror decide about a claim. `asked`: the first store may have made the claim. */
async function claimOnMirror(chain: Chain, claim: ClaimWrite, asked: boolean): Promise<readonly MaybeRecord[]> {
  const { guildId, holds } = claim;
  const decider = deciderOf(chain, guildId);
  if (decider === undefined) return refuse(chain, claim, asked);
  const keys = holds.map(({ code }) => ({ guildId, code }));
  const [mirrors, witnesses] = await Promise.all([
    chain.onMirrors((store) => store.readRecords(keys)),
    chain.onWitnesses((store) => store.readRecords(keys)),
  ]);
  const evidence = holds.map(({ token }, index) =>
    strongest(
      [...mirrors.values(), ...witnesses.values()].map((answer) => answer[index]).filter((record) => !heldBy(record, token)),
    ),
  );
  const free = holds.filter((_, index) => evidence[index] === undefined);
  const denied = holds.filter((_, index) => evidence[index] !== undefined);
  // Mirrors may hold them from the attempt that the first store did not answer.
  if (denied.length > 0) await chain.onMirrors((store) => store.settleRecords(releases(guildId, denied)));
  if (free.length === 0) return evidence;
  const write = { ...claim, holds: free };
  const made = await chain.onMirrors((store) => store.claimRecords(write));
  const kept = await deferOn(chain, made, (mirror) => mirror.pending.deferClaim({ type: 'claim', claim: write }, asked));
  const after = kept.get(decider);
  if (after === undefined) return refuse(chain, claim, asked);
  const byCode = new Map(free.map(({ code }, index) => [code, after[index]]));
  return holds.map(({ code }, index) => evidence[index] ?? byCode.get(code));
}

/**
 * Rejects, because no store may decide. The token may have reached some store, and must not stay
 * there.
 */
async function refuse(chain: Chain, claim: ClaimWrite, asked: boolean): Promise<never> {
  const changes = releases(claim.guildId, claim.holds);
  const mirrors = await chain.onMirrors((store) => store.settleRecords(changes));
  if (asked) await deferOn(chain, mirrors, (mirror, after) => mirror.pending.deferChanges(changes, after));
  throw mirrors.size === 0 && chain.witnesses.every((witness) => !witness.up)
    ? allFailed(chain)
    : notAuthoritative(chain, claim.guildId);
}

function releases(guildId: string, holds: readonly { readonly code: string; readonly token: string | null }[]): Settlement[] {
  return holds.flatMap(({ code, token }) =>
    token === null ? [] : [{ guildId, code, event: { type: 'release', token, outcome: 'not-sent' } }],
  );
}
