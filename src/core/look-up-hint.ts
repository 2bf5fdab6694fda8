import type { ClaimOptions } from '../contract/claims.js';

/**
 * Options of claims whose caller has looked all of their codes up a moment ago and found them free.
 * Kept beside the options, so that no bot can say so by mistake. A store that hands on a copy of
 * the options, or is of another copy of this package, reads the codes once more.
 */
const lookedUp = new WeakSet<ClaimOptions>();

/** Says that the codes of a claim were just looked up. */
export function justLookedUp(options: ClaimOptions): ClaimOptions {
  lookedUp.add(options);
  return options;
}

/** Whether the codes of a claim were just looked up. */
export function wereJustLookedUp(options: ClaimOptions | undefined): boolean {
  return options !== undefined && lookedUp.has(options);
}
