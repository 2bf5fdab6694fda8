import { MISSED, revokedKey } from '../keys.js';
import type { Chain } from './chain.js';
import type { Mirror } from './mirror.js';

/**
 * Takes authority from every mirror that misses a write, before the write is made elsewhere. The
 * mirror remembers the loss; if it cannot, the first store keeps a note. Rejects if the first store
 * is up and does not take the note.
 */
export async function demoteOthers(chain: Chain, confirmed: ReadonlyMap<Mirror, unknown>): Promise<void> {
  for (const mirror of chain.mirrors) if (!confirmed.has(mirror)) await demote(chain, mirror);
}

/** Takes authority from a mirror. See {@link demoteOthers}. */
export async function demote(chain: Chain, mirror: Mirror): Promise<void> {
  if (mirror.coverage.demote() && mirror.id !== undefined)
    chain.tell({ type: 'mirror-demoted', store: mirror.name, error: mirror.lastError });
  if (mirror.up) {
    try {
      await mirror.coverage.beginEra();
      return;
    } catch {
      // The mirror is down now, and its failure was told. The note is for the case that this
      // process ends before the mirror is back.
    }
  }
  if (chain.first.up) await noteDemotion(chain, mirror);
}

/** Leaves a note of a demotion in the first store if the mirror does not know of it. */
export async function noteDemotion(chain: Chain, mirror: Mirror): Promise<void> {
  const { id } = mirror;
  const { demoted, eraToRevoke } = mirror.coverage;
  if (!demoted) return;
  if (id === undefined) {
    if (mirror.missedUnread) return;
    // The mirror's id could not be read, so the note is for all mirrors.
    await chain.first.probe((store) => store.metadata.set(new Map([[MISSED, chain.options.randomId()]])));
    mirror.missedWriteNoted();
  } else if (eraToRevoke !== undefined) {
    await chain.first.probe((store) => store.metadata.set(new Map([[revokedKey(id), eraToRevoke]])));
    mirror.coverage.revocationNoted();
  }
}

/** Whether a mirror may say "unsent" of a guild while the first store is away. */
export function mayDecide(chain: Chain, mirror: Mirror, guildId: string): boolean {
  const { whenDegraded, trust } = chain.settings;
  if (!mirror.up) return false;
  if (whenDegraded === 'hold') return false;
  if (trust === 'always') return true;
  if (!mirror.coverage.covers(guildId)) return false;
  if (whenDegraded === 'continue') return true;
  return !mirror.neighbours.live && !mirror.coverage.foreignGuilds.has(guildId);
}

/** The mirror that decides about a guild while the first store is away. */
export function deciderOf(chain: Chain, guildId: string): Mirror | undefined {
  return chain.mirrors.find((mirror) => mayDecide(chain, mirror, guildId));
}

/**
 * Whether "absent" from the first store can be believed: not while a mirror may remember writes
 * that nobody has read.
 */
export function isBelieved(chain: Chain): boolean {
  return chain.settings.trust === 'always' || chain.mirrors.every((mirror) => mirror.joined);
}
