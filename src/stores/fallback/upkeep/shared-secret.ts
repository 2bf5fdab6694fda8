import { SentCodeStoreError } from '../../../contract/errors.js';
import type { Chain } from '../chain/chain.js';
import type { Mirror } from '../chain/mirror.js';
import { belowKey } from '../keys.js';

/** A backup that is older than this is recognised when it is restored. */
const SECRET_LIFE_MS = 3_600_000;

/** Whether the secret that a mirror shares with the first store is to be changed. */
export function secretIsOld(chain: Chain, mirror: Mirror): boolean {
  return mirror.up && chain.options.clock.monotonic() - mirror.secretSince > SECRET_LIFE_MS;
}

/** Whether the first store is the one that the mirror was kept beside. */
export async function isSameFirst(chain: Chain, mirror: Mirror): Promise<boolean> {
  if (mirror.id === undefined) return false;
  const key = belowKey(mirror.id);
  const before = mirror.above;
  const kept = (await chain.first.probe((store) => store.metadata.get([key]))).get(key);
  // Before or after: the secret may have been changed meanwhile.
  return kept !== undefined && (before.includes(kept) || mirror.above.includes(kept));
}

/**
 * Takes the first store down if it is not the one that the mirror was kept beside; it comes back
 * with all that the mirror has. Resolves to whether it is.
 */
export async function keepIfSame(chain: Chain, mirror: Mirror): Promise<boolean> {
  try {
    if (await isSameFirst(chain, mirror)) return true;
  } catch {
    // It is down, and that was told.
    return false;
  }
  chain.first.fall(
    new SentCodeStoreError('STORE_FOREIGN', `${chain.first.name} is not the store that ${mirror.name} was kept beside.`),
  );
  chain.first.hurry();
  return false;
}

/**
 * Gives the two a new secret: a first store that was restored from a backup has an older one. Until
 * the first store has the new one, both count: a crash leaves the two tied.
 */
export async function tie(chain: Chain, mirror: Mirror, id: string, old: readonly string[]): Promise<void> {
  const secret = chain.options.randomId();
  await mirror.setAbove([secret, ...old]);
  await chain.first.probe((store) => store.metadata.set(new Map([[belowKey(id), secret]])));
  await mirror.setAbove([secret]);
  mirror.secretChanged(chain.options.clock.monotonic());
}
