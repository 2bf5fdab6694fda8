import { type CodeKey, keyOf } from '../../domain/codes.js';

/** The document of a code, if it is not sent. */
export function unsent({ guildId, code }: CodeKey): { _id: string; sent_at: object } {
  return { _id: keyOf(guildId, code), sent_at: { $exists: false } };
}

/**
 * The document of a code that is not sent and that a claim holds. Whether the lease is over does
 * not matter: until somebody takes the code over it is its owner's.
 */
export function ownedBy(token: string, key: CodeKey): object {
  return { ...unsent(key), 'claim.token': token };
}

/**
 * True for a held document whose lease is over, or that has none: nobody may be sending the code.
 */
export const IS_UNCERTAIN = { $expr: { $lte: ['$claim.lease_until', '$$NOW'] } };

/** A time on the server's clock, in ms from the moment of the command. */
export function after(ms: number): object {
  return { $add: ['$$NOW', Math.ceil(ms)] };
}
