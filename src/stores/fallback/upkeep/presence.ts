import { demote } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { LIVE, liveKey } from '../keys.js';

/** Pause between two looks in ms. */
export const PRESENCE_MS = 60_000;

/** Whether it is time to show that this process lives, and to look who else does. */
export function presenceIsDue(chain: Chain): boolean {
  return chain.mirrors.length > 0 && chain.options.clock.monotonic() - chain.presentAt >= PRESENCE_MS;
}

/**
 * Shows in the first store that the mirrors of this process live, then looks who else does. In this
 * order: if two processes begin at once, at least one sees the other. One write and one read.
 */
export async function showPresence(chain: Chain): Promise<void> {
  const own = ownKeys(chain);
  if (own.length === 0) return;
  const now = chain.options.clock.monotonic();
  const value = chain.options.randomId();
  await chain.first.probe((store) => store.metadata.set(new Map(own.map((key) => [key, value]))));
  const shown = new Map(await chain.first.listMetadata(LIVE));
  for (const key of own) shown.delete(key);
  chain.present(now);
  for (const mirror of chain.mirrors) {
    const before = mirror.neighbours.live;
    mirror.neighbours.look(shown, now);
    const { live } = mirror.neighbours;
    if (live !== before) chain.tell({ type: 'other-mirrors', store: mirror.name, live });
    if (!mirror.up) continue;
    // Not remembered, so the mirror may not answer for any guild once it is back.
    await mirror.keepNeighbours().catch(() => demote(chain, mirror));
  }
}

/**
 * Removes the sign of life: this process writes nothing any more. Keeps it if the first store may
 * lack something that this process wrote.
 */
export async function endPresence(chain: Chain): Promise<void> {
  const own = ownKeys(chain);
  if (own.length === 0 || !chain.first.up || chain.mirrors.some(({ joined, pending }) => !joined || pending.hasEntries)) return;
  // A sign of life that stays only holds others for a while.
  await chain.first.call((store) => store.metadata.delete(own)).catch(() => undefined);
}

function ownKeys(chain: Chain): string[] {
  return chain.mirrors.flatMap(({ id }) => (id === undefined ? [] : [liveKey(id)]));
}
