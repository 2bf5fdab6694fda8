import { LeaseLostError, SentCodeStoreError } from '../contract/errors.js';
import type { Claim, ClaimResult, ConfirmResult } from '../contract/types.js';
import { type SpelledKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';
import { markKeys, type MarkValues } from './batches.js';
import type { StorePrimitives } from './driver.js';

/**
 * Claims the free codes among those given, as one message.
 *
 * Until this function returns, nobody else knows the token, so nobody can have sent the message. If
 * anything fails on the way, the codes are given back as "not sent".
 */
export async function makeClaim(
  store: StorePrimitives,
  guildId: string,
  keys: readonly SpelledKey[],
  claim: NewClaim,
): Promise<ClaimResult> {
  const { token, messageId, leaseMs } = claim;
  const records = [...(await store.readRecords(keys))];
  const free = keys.flatMap((key, index) => (records[index] === undefined ? [{ ...key, index }] : []));
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

/** The values of a new claim. */
export interface NewClaim {
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
  free: readonly SpelledKey[],
  claim: NewClaim,
): Promise<readonly (CodeRecord | undefined)[]> {
  const { token, messageId, leaseMs } = claim;
  const giveBack = (): Promise<unknown> =>
    store.settleRecords(free.map(({ code }) => ({ guildId, code, event: { type: 'release', token, outcome: 'not-sent' } })));
  const size = free.length;
  const holdsToWrite = free.map(({ code, spelling }, position) => ({
    code,
    spelling,
    token,
    messageId,
    position,
    size,
    attempt: 1,
    ...targetOf(claim),
  }));
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
  const before = await store.readKnown(keys);
  const marked = await markKeys(store, keys, values, before);
  return {
    marked: keys.filter((_, index) => marked[index]).map((key) => key.spelling),
    alreadySent: keys.filter((_, index) => !marked[index]).map((key) => key.spelling),
    leaseLost: keys.some((_, index) => {
      const record = before[index];
      return record?.state !== 'sent' && !isOf(record, claim.token);
    }),
  };
}

/** Starts the lease of a claim again. */
export async function renewClaim(store: StorePrimitives, claim: Claim, keys: readonly SpelledKey[]): Promise<Claim> {
  const after = await store.settleRecords(
    keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'renew', token: claim.token, leaseMs: claim.leaseMs } })),
  );
  return { ...claim, ...requireHeld(claim, keys, after) };
}

/** The codes that a claim still holds. `LEASE_LOST` if one was lost, or if none is left. */
function requireHeld(
  claim: Claim,
  keys: readonly SpelledKey[],
  after: readonly (CodeRecord | undefined)[],
): { readonly codes: string[] } {
  const spellings = (test: (record: CodeRecord | undefined) => boolean): string[] =>
    keys.filter((_, index) => test(after[index])).map((key) => key.spelling);
  const lost = spellings((record) => record?.state !== 'sent' && !holds(record, claim.token));
  if (lost.length > 0) {
    throw new LeaseLostError(
      `The claim on ${lost.join(', ')} for guild ${claim.guildId} was taken over, given back or resolved. ` +
        'Do not send; if the message went out already, confirm all the same.',
      lost,
    );
  }
  const held = spellings((record) => holds(record, claim.token));
  if (held.length === 0) {
    throw new LeaseLostError(
      `All codes of the claim for guild ${claim.guildId} are marked as sent: nothing is left to hold.`,
      [],
    );
  }
  return { codes: held };
}

/** Begins the message of a claim anew: no try of it has arrived. */
export async function restartClaim(
  store: StorePrimitives,
  claim: Claim,
  keys: readonly SpelledKey[],
  options: { readonly target?: string | undefined },
): Promise<Claim> {
  const { token, leaseMs } = claim;
  const after = await store.settleRecords(
    keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'unsent', token, leaseMs, ...targetOf(options) } })),
  );
  const { codes } = requireHeld(claim, keys, after);
  return {
    guildId: claim.guildId,
    codes,
    token,
    messageId: claim.messageId,
    leaseMs,
    attempt: 1,
    ...targetOf(claim),
    ...targetOf(options),
  };
}

/** Gives codes of a claim back. */
export async function releaseClaim(
  store: StorePrimitives,
  claim: Claim,
  outcome: 'not-sent' | 'uncertain' | 'unsent',
  keys: readonly SpelledKey[],
): Promise<void> {
  await store.settleRecords(
    keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'release', token: claim.token, outcome } })),
  );
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

/** Whether a record belongs to the claim, live or not. */
function isOf(record: CodeRecord | undefined, token: string): boolean {
  return record !== undefined && record.state !== 'sent' && record.token === token;
}

/** Whether a record belongs to the claim and its lease still runs, so that nobody else may send. */
function holds(record: CodeRecord | undefined, token: string): boolean {
  return record?.state === 'claimed' && record.token === token;
}
