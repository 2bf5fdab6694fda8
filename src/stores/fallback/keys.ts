/** Prefix of every metadata key of the chain's own. */
export const OWN_KEYS = 'fallback:';

/** In a mirror: its random id. */
export const ID = `${OWN_KEYS}id`;

/** In a mirror: the secret that it shares with its first store. See {@link belowKeys}. */
export const ABOVE = `${OWN_KEYS}above`;

/** In a mirror: the era in which its authority counts. */
export const ERA = `${OWN_KEYS}era`;

/** In a mirror, prefix of a guild id: the era in which the guild was copied. */
export const COVERED = `${OWN_KEYS}authority:`;

/** In a mirror, prefix of a guild id: another process writes the guild too. */
export const FOREIGN = `${OWN_KEYS}foreign:`;

/** In a mirror, prefix of a number and a random part: a write that the first store lacks. */
export const PENDING = `${OWN_KEYS}pending:`;

/**
 * In the first store: a random value. It changes when a mirror misses a write while it cannot be
 * read. In a mirror: the last value that it has seen.
 */
export const MISSED = `${OWN_KEYS}missed`;

/** In a mirror: the other mirrors beside the same first store, and which of them may be live. */
export const NEIGHBOURS = `${OWN_KEYS}neighbours`;

/**
 * In the first store, prefix of a mirror's id: a random value that changes every minute while the
 * mirror's process lives.
 */
export const LIVE = `${OWN_KEYS}live:`;

/** In the first store: the sign of life of a mirror's process. */
export function liveKey(mirrorId: string): string {
  return LIVE + mirrorId;
}

/**
 * In the first store: where it keeps the secret that it shares with a mirror. Two places in turn: a
 * new secret does not overwrite the one that is believed so far.
 */
export function belowKeys(mirrorId: string): readonly [string, string] {
  const key = `${OWN_KEYS}below:${mirrorId}`;
  return [key, `${key}:2`];
}

/** In the first store: the era that a mirror has lost without knowing it. */
export function revokedKey(mirrorId: string): string {
  return `${OWN_KEYS}demoted:${mirrorId}`;
}
