import type { Mark } from '../../../core/driver.js';
import type { CallContext } from './call-context.js';
import { demoteOthers } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { allFailed } from '../chain/refusals.js';
import type { Mirror } from '../chain/mirror.js';
import { guildsOf } from '../chain/record-strength.js';

/**
 * Makes marks. Mirrors are written before the first store, so a crash in between leaves the mirrors
 * with more than it has, never with less:
 *
 * ```text
 * mirror: X sent     crash     first store: no X     nobody was told that X is marked; an outage holds it all the same
 * first store: X     crash     mirror: no X          an outage would offer what the first store has as sent
 * ```
 *
 * Not before the look-up of the first store has been answered, although the two could run side by
 * side: a code that the first store has and a mirror lacks is all that shows another writer. A
 * mirror that has every code already lacks none:
 *
 * ```text
 * other bot: X sent     mirror: X sent     first store: has X     whose X was it? In an outage the mirror would decide
 * ```
 *
 * While the first store is away, a mark counts once a mirror has it and remembers it for the first
 * store.
 */
export async function markRecords({ chain, background }: CallContext, marks: readonly Mark[]): Promise<readonly boolean[]> {
  await background.ready();
  return chain.locks.shared(guildsOf(marks), async () => {
    const isAway = !chain.first.up;
    const [mirrors, witnesses] = await Promise.all([
      isAway ? makeAndDefer(chain, marks) : chain.onMirrors((store) => store.markRecords(marks)),
      chain.onWitnesses((store) => store.markRecords(marks)),
    ]);
    for (const witness of chain.witnesses) if (!witnesses.has(witness)) witness.markMissed(marks.length);
    if (isAway) return answerOf(chain, await keep(chain, mirrors));
    try {
      await demoteOthers(chain, mirrors);
      return await chain.first.call((store) => store.markRecords(marks));
    } catch {
      // The first store may have the marks or not. Marks can be repeated, so mirrors remember
      // them.
    }
    return answerOf(chain, await deferOn(chain, mirrors, (mirror) => mirror.pending.deferMarks(marks)));
  });
}

/** Makes marks on the mirrors, which remember them in the same step. */
async function makeAndDefer(chain: Chain, marks: readonly Mark[]): Promise<ReadonlyMap<Mirror, readonly boolean[]>> {
  const made = new Map<Mirror, readonly boolean[]>();
  await Promise.all(
    chain.mirrors.map(async (mirror) => {
      try {
        made.set(mirror, await mirror.pending.makeAndDefer(marks));
      } catch {
        // The mirror is down, and that was told.
      }
    }),
  );
  return made;
}

function answerOf(chain: Chain, kept: ReadonlyMap<Mirror, readonly boolean[]>): readonly boolean[] {
  const [answer] = kept.values();
  if (answer === undefined) throw allFailed(chain);
  return answer;
}

/**
 * Makes mirrors remember a write that they have made. A mirror that cannot remember it loses its
 * authority, if another one can. Keeps priority order.
 */
export async function deferOn<T>(
  chain: Chain,
  mirrors: ReadonlyMap<Mirror, T>,
  defer: (mirror: Mirror, answer: T) => Promise<void>,
): Promise<Map<Mirror, T>> {
  const done = new Map<Mirror, T>();
  await Promise.all(
    [...mirrors].map(async ([mirror, answer]) => {
      try {
        await defer(mirror, answer);
        done.set(mirror, answer);
      } catch {
        // The mirror is down, and that was told.
      }
    }),
  );
  return keep(chain, done);
}

/** Takes authority from the mirrors that do not remember a write, if another one does. */
async function keep<T>(chain: Chain, done: ReadonlyMap<Mirror, T>): Promise<Map<Mirror, T>> {
  const kept = new Map<Mirror, T>();
  for (const mirror of chain.mirrors) {
    const answer = done.get(mirror);
    if (answer !== undefined) kept.set(mirror, answer);
  }
  if (kept.size > 0) {
    try {
      await demoteOthers(chain, kept);
    } catch {
      // The first store is away now, without the note. It gets the note before it is up again.
    }
  }
  return kept;
}
