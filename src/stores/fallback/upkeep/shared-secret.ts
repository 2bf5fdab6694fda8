import { SentCodeStoreError } from '../../../contract/errors.js';
import type { Chain } from '../chain/chain.js';
import type { Mirror } from '../chain/mirror.js';
import { belowKey } from '../keys.js';

/** A restored backup that is older than this, in ms, is recognised. */
const SECRET_LIFE_MS = 3_600_000;

/** Whether the secret that a mirror shares with the first store is due to change. */
export function secretIsOld(chain: Chain, mirror: Mirror): boolean {
  return mirror.up && chain.options.clock.monotonic() - mirror.secretSince > SECRET_LIFE_MS;
}

/** Whether the first store is the one that the mirror belongs to. */
export async function isSameFirst(chain: Chain, mirror: Mirror): Promise<boolean> {
  if (mirror.id === undefined) return false;
  const key = belowKey(mirror.id);
  const before = mirror.above;
  const kept = (await chain.first.probe((store) => store.metadata.get([key]))).get(key);
  // Before or after: the secret may have been changed meanwhile.
  return kept !== undefined && (before.includes(kept) || mirror.above.includes(kept));
}

/**
 * Whether the first store is still the one that the mirror belongs to. If not, takes it down; it
 * comes back with everything that the mirror has.
 */
export async function keepIfSame(chain: Chain, mirror: Mirror): Promise<boolean> {
  try {
    if (await isSameFirst(chain, mirror)) return true;
  } catch {
    // The first store is down, and that was told.
    return false;
  }
  chain.first.fall(
    new SentCodeStoreError('STORE_FOREIGN', `${chain.first.name} is not the store that ${mirror.name} belongs to.`),
  );
  chain.first.hurry();
  return false;
}

/**
 * Gives a mirror and the first store a new secret, because a backup of the first store has an older
 * one. Both secrets count until the first store has the new one, so a crash leaves the two tied.
 */
export async function tie(chain: Chain, mirror: Mirror, id: string, old: readonly string[]): Promise<void> {
  const secret = chain.options.randomId();
  await mirror.setAbove([secret, ...old]);
  await chain.first.probe((store) => store.metadata.set(new Map([[belowKey(id), secret]])));
  await mirror.setAbove([secret]);
  mirror.secretChanged(chain.options.clock.monotonic());
}
