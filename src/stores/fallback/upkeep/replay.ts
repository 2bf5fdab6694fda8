import { chunksOf } from '../../../core/chunked.js';
import type { ClaimWrite, Mark, Settlement, StorePrimitives } from '../../../core/driver.js';
import type { Clock } from '../../../domain/clock.js';
import { demote } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import type { Member } from '../chain/member.js';
import { Mirror } from '../chain/mirror.js';
import { guildsOf, idOf } from '../chain/record-strength.js';
import { keysOf, type PendingWrite, tokenOf } from '../chain/pending-codec.js';

/**
 * Repeats in the first store the writes that mirrors remember. Marks go first, because sent beats
 * every other state. The rest keeps its order, so that a released claim does not come back over a
 * later one. Every step may be repeated: after a crash or a close in between, all steps are.
 */
export async function replay(chain: Chain): Promise<void> {
  for (const mirror of chain.mirrors) {
    const writes = mirror.pending.unapplied;
    if (writes.length === 0) continue;
    mirror.pending.replayBegins();
    const targets = [...chain.mirrors.filter((other) => other !== mirror), chain.first];
    const { marks, changes } = stepsOf(writes, chain.options.clock);
    const work = (step: PendingWrite): Promise<void> => make(chain, targets, step);
    // The first step alone: a first store that is not really back gets no more of them.
    await inLanes(marks, 1, 1, work);
    // Marks do not depend on each other.
    await inLanes(marks, LANES, Infinity, work);
    await inLanes(changes, 1, Infinity, work);
    if (chain.closing) return;
    const codes = new Set(writes.flatMap(keysOf).map(idOf)).size;
    mirror.pending.applied(writes);
    chain.tell({ type: 'replayed', store: mirror.name, codes });
  }
}

const CHUNK = 500;
/** Steps of marks at a time. */
const LANES = 4;

/** Does work for the next items, `limit` at most, in parallel lanes. */
async function inLanes<T>(items: Iterator<T>, lanes: number, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  let left = limit;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const next = items.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function make(chain: Chain, targets: readonly Member[], step: PendingWrite): Promise<void> {
  if (chain.closing) return;
  // Without the lock, a claim of the same guild could come between the stores, and one of them
  // would lack it. One step at a time: a call does not wait for the whole replay.
  await chain.locks.shared(guildsOf(keysOf(step)), async () => {
    for (const target of targets) await apply(chain, target, step);
  });
}

/** The steps of a replay: all marks, then the claims and settlements of codes without a mark. */
function stepsOf(
  writes: readonly PendingWrite[],
  clock: Clock,
): { marks: Iterator<PendingWrite>; changes: Iterator<PendingWrite> } {
  const marks = new Map<string, Mark>();
  for (const write of writes) {
    if (write.type === 'mark') for (const mark of write.marks) if (!marks.has(idOf(mark))) marks.set(idOf(mark), mark);
  }
  return { marks: markSteps([...marks.values()]), changes: changeSteps(writes, marks, clock) };
}

function* markSteps(marks: readonly Mark[]): Generator<PendingWrite> {
  for (const part of chunksOf(marks, CHUNK)) yield { type: 'mark', marks: part };
}

function* changeSteps(writes: readonly PendingWrite[], marks: ReadonlyMap<string, Mark>, clock: Clock): Generator<PendingWrite> {
  const owners = new Map<string, string | null>();
  for (const write of writes) {
    if (write.type === 'claim') for (const key of keysOf(write)) owners.set(idOf(key), tokenOf(write));
  }
  for (const write of writes) {
    if (write.type === 'claim') {
      const { claim, takeover, at } = write;
      const idOfHold = (code: string): string => idOf({ guildId: claim.guildId, code });
      const left = claim.holds.filter(({ code }) => !marks.has(idOfHold(code)));
      const holds = left.filter(({ code, token }) => takeover !== undefined || owners.get(idOfHold(code)) === token);
      // Another owner took the code over since. The lease of a claim begins when the first store
      // gets it, and would keep that owner out. The end of an earlier takeover follows it.
      const former = left.filter((hold) => !holds.includes(hold));
      if (former.length > 0) yield { type: 'settle', changes: former.flatMap((hold) => givenUp(claim.guildId, hold)) };
      // The end of the last try does not age: rather too late than too early by a wall clock that
      // was set.
      const ageMs = agedBy(claim.ageMs, at, clock.now());
      if (holds.length > 0) yield { type: 'claim', claim: { ...claim, ageMs, holds }, takeover };
    } else if (write.type === 'settle') {
      const ageMs = agedBy(0, write.at, clock.now());
      const left = write.changes.filter((change) => !marks.has(idOf(change)));
      // A copy in the first store must not take the try for a younger one: the post would be looked
      // for in too short a time.
      const changes = left.map((change): Settlement =>
        change.event.type === 'unsent' ? { ...change, event: { ...change.event, ageMs } } : change,
      );
      if (changes.length > 0) yield { type: 'settle', changes };
    }
  }
}

/** An age as it is now; `null` if that is not known, because a wall clock was set back, say. */
function agedBy(ageMs: number | null, at: number | undefined, now: number): number | null {
  return ageMs === null || at === undefined || at > now ? null : ageMs + now - at;
}

function givenUp(guildId: string, { code, token }: { readonly code: string; readonly token: string | null }): Settlement[] {
  return token === null ? [] : [{ guildId, code, event: { type: 'release', token, outcome: 'uncertain' } }];
}

function takes({ guildId, leaseMs, holds }: ClaimWrite, asks: boolean): Settlement[] {
  return holds.flatMap(({ code, token, messageId }) =>
    token === null ? [] : [{ guildId, code, event: { type: 'take', messageId, token, leaseMs, ...(asks && { asks }) } }],
  );
}

async function apply(chain: Chain, target: Member, step: PendingWrite): Promise<void> {
  const write = async (store: StorePrimitives): Promise<void> => {
    if (step.type === 'mark') await store.markRecords(step.marks);
    else if (step.type === 'claim') {
      const { claim, takeover } = step;
      if (takeover !== undefined) await store.settleRecords(takes(claim, takeover === 'ask'));
      await store.claimRecords(claim);
    } else await store.settleRecords(step.changes);
  };
  if (!(target instanceof Mirror)) return target.probe(write);
  try {
    await target.call(write);
  } catch {
    // A mirror that misses this has missed a write, as if it had been down then.
    await demote(chain, target);
  }
}
