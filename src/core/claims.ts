import { LeaseLostError, SentCodeStoreError } from '../contract/errors.js';
import type { Claim, ClaimResult, ConfirmResult } from '../contract/claims.js';
import { type SpelledKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';
import { marksOf, type MarkValues } from './batches.js';
import type { Ownership, StorePrimitives } from './driver.js';
import { holds, isOf, ownershipOf } from './owner-steps.js';

/**
 * Claims the free codes among those given, as one message. Codes that are not free are left out
 * before anything is written, so that the message has its size at once. Codes that were just looked
 * up are not read again, where the store allows that: what somebody took since is found by the
 * claim itself.
 *
 * Until this function returns, nobody else knows the token, so nobody can have sent the message. If
 * anything fails on the way, the codes are given back as "not sent".
 */
export async function makeClaim(
  store: StorePrimitives,
  guildId: string,
  keys: readonly SpelledKey[],
  { wasLookedUp, ...claim }: ClaimRequest,
): Promise<ClaimResult> {
  const { token, messageId, leaseMs } = claim;
  const records = wasLookedUp && store.mayClaimUnread(keys) ? keys.map(() => undefined) : [...(await store.readRecords(keys))];
  const free = keys.flatMap(({ code, spelling }, index) => (records[index] === undefined ? [{ code, spelling, index }] : []));
  if (free.length > 0) {
    const after = await writeClaim(store, guildId, free, claim);
    for (const [position, { index }] of free.entries()) records[index] = after[position];
  }
  const spellings = (test: (record: CodeRecord | undefined) => boolean): string[] =>
    keys.filter((_, index) => test(records[index])).map((key) => key.spelling);
  const claimed = spellings((record) => holds(record, claim.token));
  return {
    ...(claimed.length > 0 && { claim: { guildId, codes: claimed, token, messageId, leaseMs, attempt: 1, ...targetOf(claim) } }),
    claimed,
    alreadySent: spellings((record) => record?.state === 'sent'),
    // Also a code that somebody took or let go between the read and the write: the next round finds
    // it as it is then.
    heldElsewhere: spellings((record) => record === undefined || (record.state === 'claimed' && !holds(record, claim.token))),
    uncertain: spellings((record) => record?.state === 'uncertain'),
  };
}

/** A claim as it is asked for. */
export interface ClaimRequest extends NewClaim {
  /** Whether the caller has just looked the codes up, and found them free. */
  readonly wasLookedUp: boolean;
}

/** The values of a new claim. */
interface NewClaim {
  readonly token: string;
  readonly messageId: string;
  readonly leaseMs: number;
  readonly target?: string | undefined;
}

/**
 * Writes a claim on codes that were free when they were read. Resolves to their records; those of
 * the claim are live.
 *
 * A race can take some of the codes, so that the message is smaller than was written. Then position
 * and size are corrected before anybody sends. A crash before the correction leaves a message that
 * counts as incomplete, so it is held.
 */
async function writeClaim(
  store: StorePrimitives,
  guildId: string,
  free: readonly Pick<SpelledKey, 'code' | 'spelling'>[],
  claim: NewClaim,
): Promise<readonly (CodeRecord | undefined)[]> {
  const { token, messageId, leaseMs } = claim;
  const giveBack = (): Promise<unknown> =>
    store.settleRecords(free.map(({ code }) => ({ guildId, code, event: { type: 'release', token, outcome: 'not-sent' } })));
  const size = free.length;
  const { target } = claim;
  const holdsToWrite = free.map(({ code, spelling }, position) => {
    const hold = { code, spelling, token, messageId, position, size, attempt: 1 };
    return target === undefined ? hold : { ...hold, target };
  });
  try {
    const after = [...(await store.claimRecords({ guildId, leaseMs, ageMs: 0, holds: holdsToWrite }))];
    const own = free.flatMap(({ code }, index) => (isOf(after[index], token) ? [{ code, index }] : []));
    if (own.length > 0 && own.length < size) {
      const resized = await store.settleRecords(
        own.map(({ code }, position) => ({ guildId, code, event: { type: 'resize', token, position, size: own.length } })),
      );
      for (const [position, { index }] of own.entries()) after[index] = resized[position];
    }
    if (after.every((record) => !isOf(record, token) || holds(record, token))) return after;
    // The lease ran out before the answer came, so somebody may take this message over as if it had
    // been tried.
    await giveBack();
    return after.map((record) => (isOf(record, token) ? undefined : record));
  } catch (error) {
    // Best effort. The caller is told of the first failure; a code that cannot be given back
    // becomes uncertain when the lease ends.
    await giveBack().catch(() => undefined);
    throw error;
  }
}

/** Marks codes of a claim as sent, whoever holds them. */
export async function confirmClaim(
  store: StorePrimitives,
  claim: Claim,
  keys: readonly SpelledKey[],
  values: MarkValues,
): Promise<ConfirmResult> {
  const confirmed = await store.confirmRecords(claim, marksOf(keys, values));
  return {
    marked: keys.filter((_, index) => confirmed[index]?.isMarked).map((key) => key.spelling),
    alreadySent: keys.filter((_, index) => !confirmed[index]?.isMarked).map((key) => key.spelling),
    leaseLost: confirmed.some(({ isLost }) => isLost),
  };
}

/** Starts the lease of a claim again. */
export async function renewClaim(store: StorePrimitives, claim: Claim, keys: readonly SpelledKey[]): Promise<Claim> {
  return { ...claim, codes: heldCodes(claim, keys, await store.renewRecords(claim, keys)) };
}

/** Begins the message of a claim anew: no try of it has arrived. */
export async function restartClaim(
  store: StorePrimitives,
  claim: Claim,
  keys: readonly SpelledKey[],
  options: { readonly target?: string | undefined },
): Promise<Claim> {
  const { guildId, token, messageId, leaseMs } = claim;
  const after = await store.settleRecords(
    keys.map(({ code }) => ({ guildId, code, event: { type: 'unsent', token, leaseMs, ...targetOf(options) } })),
  );
  const owned = after.map((record) => ownershipOf(record, token));
  const codes = heldCodes(claim, keys, owned);
  return { guildId, codes, token, messageId, leaseMs, attempt: 1, ...targetOf(claim), ...targetOf(options) };
}

/** The codes that a claim still holds. `LEASE_LOST` if one was lost, or if none is left. */
function heldCodes(claim: Claim, keys: readonly SpelledKey[], owned: readonly Ownership[]): string[] {
  const spellings = (ownership: Ownership): string[] =>
    keys.filter((_, index) => owned[index] === ownership).map((key) => key.spelling);
  const lost = spellings('lost');
  if (lost.length > 0) {
    throw new LeaseLostError(
      `The claim on ${lost.join(', ')} for guild ${claim.guildId} was taken over, given back or resolved. ` +
        'Do not send; if the message went out already, confirm all the same.',
      lost,
    );
  }
  const held = spellings('held');
  if (held.length === 0) {
    throw new LeaseLostError(
      `All codes of the claim for guild ${claim.guildId} are marked as sent: nothing is left to hold.`,
      [],
    );
  }
  return held;
}

/** Gives codes of a claim back. */
export async function releaseClaim(
  store: StorePrimitives,
  claim: Claim,
  outcome: 'not-sent' | 'uncertain' | 'unsent',
  keys: readonly SpelledKey[],
): Promise<void> {
  await store.releaseRecords(claim, keys, outcome);
}

/** `CLAIMS_UNSUPPORTED`, with the stores to use instead. */
export function claimsUnsupported(storeName: string): SentCodeStoreError {
  return new SentCodeStoreError(
    'CLAIMS_UNSUPPORTED',
    `${storeName} has no claims, so it cannot keep two senders apart. Use a MongoStore (all processes) or a JsonFileStore (one process), ` +
      'alone or as the first member of a FallbackStore.',
  );
}

/** The target of a message, where there is one. */
function targetOf({ target }: { readonly target?: string | undefined }): { target?: string } {
  return target === undefined ? {} : { target };
}
