import { SentCodeStoreError } from '../../../contract/errors.js';
import type { Chain } from '../chain/chain.js';
import type { Mirror } from '../chain/mirror.js';
import { belowKeys } from '../keys.js';

/** A restored backup that is older than this, in ms, is recognised. */
const SECRET_LIFE_MS = 3_600_000;

/** An entry of the first store. A store that is emptied or replaced later does not have it. */
export interface Sign {
  readonly key: string;
  readonly value: string;
}

/** Whether the secret that a mirror shares with the first store is due to change. */
export function secretIsOld(chain: Chain, mirror: Mirror): boolean {
  return mirror.up && chain.options.clock.monotonic() - mirror.secretSince > SECRET_LIFE_MS;
}

/**
 * The secret that the first store shares with the mirror; `undefined` if it is not the store that
 * the mirror belongs to.
 */
export async function sharedSecret(chain: Chain, mirror: Mirror): Promise<Sign | undefined> {
  if (mirror.id === undefined) return undefined;
  const keys = belowKeys(mirror.id);
  const before = mirror.above;
  const kept = await chain.first.probe((store) => store.metadata.get(keys));
  for (const key of keys) {
    const value = kept.get(key);
    // Before or after: the secret may have been changed meanwhile.
    if (value !== undefined && (value === before || value === mirror.above)) return { key, value };
  }
  return undefined;
}

/**
 * Whether the first store is still the one that the mirror belongs to. If not, takes it down; it
 * comes back with everything that the mirror has.
 */
export async function keepIfSame(chain: Chain, mirror: Mirror): Promise<boolean> {
  try {
    if ((await sharedSecret(chain, mirror)) !== undefined) return true;
  } catch {
    // The first store is down, and that was told.
    return false;
  }
  takeDown(chain, mirror);
  return false;
}

/** Leaves a sign in a first store that is new to a mirror, for {@link tie}. */
export async function leaveSign(chain: Chain, id: string): Promise<Sign> {
  const [key] = belowKeys(id);
  const value = chain.options.randomId();
  await chain.first.probe((store) => store.metadata.set(new Map([[key, value]])));
  return { key, value };
}

/**
 * Gives a mirror and the first store a new secret, because a backup of the first store has an older
 * one. Rejects if the sign is gone: the first store was emptied since, so what the secret vouches
 * for is not there. The mirror believes the secret only when both were seen together:
 *
 *     sign is read, or left before a copy of all records
 *                                          somebody empties the first store
 *     the new secret is written beside it
 *     both are read: no sign               the mirror believes the old secret, which nobody has:
 *                                          the next comparison copies all records
 *
 * A store that is emptied after the reading has neither. A crash at any step leaves the old secret
 * believed, which the first store still has.
 */
export async function tie(chain: Chain, mirror: Mirror, id: string, sign: Sign): Promise<void> {
  const secret = chain.options.randomId();
  const [one, two] = belowKeys(id);
  const key = sign.key === one ? two : one;
  await chain.first.probe((store) => store.metadata.set(new Map([[key, secret]])));
  const kept = await chain.first.probe((store) => store.metadata.get([key, sign.key]));
  if (kept.get(key) !== secret || kept.get(sign.key) !== sign.value) throw takeDown(chain, mirror);
  await mirror.setAbove(secret);
  mirror.secretChanged(chain.options.clock.monotonic());
}

function takeDown({ first }: Chain, mirror: Mirror): SentCodeStoreError {
  const error = new SentCodeStoreError('STORE_FOREIGN', `${first.name} is not the store that ${mirror.name} belongs to.`);
  first.fall(error);
  first.hurry();
  return error;
}
