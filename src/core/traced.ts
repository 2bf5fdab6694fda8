import type { CodeRecord } from '../domain/record.js';
import { stateOf } from '../domain/record.js';
import { CALLS, CHANNELS, type ClaimEvent, type StoreCall } from './diagnostics.js';
import type { Claim } from '../contract/claims.js';
import type { ClaimWrite, Confirmation, Ownership, ReleaseOutcome, Settlement, StorePrimitives } from './driver.js';

/**
 * The primitives of a store, told to whoever has subscribed to the channels. Without a subscriber a
 * call is handed on as it is.
 */
export function traced(store: StorePrimitives, storeName: string): StorePrimitives {
  const trace = <T>(operation: StoreCall['operation'], codes: number, work: () => Promise<T>): Promise<T> =>
    CALLS.tracePromise(work, { store: storeName, operation, codes });
  const step = (type: 'confirm' | 'renew' | 'release', { guildId, messageId }: Claim) =>
    ({ type, store: storeName, guildId, messageId }) as const;
  const tellStep = async <T>(
    type: 'confirm' | 'renew',
    claim: Claim,
    answer: Promise<readonly T[]>,
    isLost: (one: T) => boolean,
  ): Promise<readonly T[]> => {
    const after = await answer;
    CHANNELS.claim.publish({ ...step(type, claim), codes: after.length, lost: after.filter(isLost).length } satisfies ClaimEvent);
    return after;
  };
  const tellRelease = async (claim: Claim, codes: number, outcome: ReleaseOutcome, answer: Promise<void>): Promise<void> => {
    await answer;
    CHANNELS.claim.publish({ ...step('release', claim), codes, outcome } satisfies ClaimEvent);
  };
  const claimRecords: StorePrimitives['claimRecords'] = (claim) =>
    CALLS.hasSubscribers ? trace('claim', claim.holds.length, () => store.claimRecords(claim)) : store.claimRecords(claim);
  const settleRecords: StorePrimitives['settleRecords'] = (changes) =>
    CALLS.hasSubscribers ? trace('settle', changes.length, () => store.settleRecords(changes)) : store.settleRecords(changes);
  return {
    ...store,
    readRecords: (keys) =>
      CALLS.hasSubscribers ? trace('read', keys.length, () => store.readRecords(keys)) : store.readRecords(keys),
    readKnown: (keys) => (CALLS.hasSubscribers ? trace('read', keys.length, () => store.readKnown(keys)) : store.readKnown(keys)),
    markRecords: (marks) =>
      CALLS.hasSubscribers ? trace('mark', marks.length, () => store.markRecords(marks)) : store.markRecords(marks),
    markWithMetadata: (marks, entries) =>
      CALLS.hasSubscribers
        ? trace('mark', marks.length, () => store.markWithMetadata(marks, entries))
        : store.markWithMetadata(marks, entries),
    removeRecords: (keys) =>
      CALLS.hasSubscribers ? trace('remove', keys.length, () => store.removeRecords(keys)) : store.removeRecords(keys),
    removeGuild: (guildId) =>
      CALLS.hasSubscribers ? trace('removeGuild', 0, () => store.removeGuild(guildId)) : store.removeGuild(guildId),
    pingStore: () => (CALLS.hasSubscribers ? trace('ping', 0, () => store.pingStore()) : store.pingStore()),
    confirmRecords: (claim, marks) => {
      if (isUnheard()) return store.confirmRecords(claim, marks);
      const confirm = (): Promise<readonly Confirmation[]> => store.confirmRecords(claim, marks);
      const answer = CALLS.hasSubscribers ? trace('confirm', marks.length, confirm) : confirm();
      return CHANNELS.claim.hasSubscribers ? tellStep('confirm', claim, answer, ({ isLost }) => isLost) : answer;
    },
    renewRecords: (claim, keys) => {
      if (isUnheard()) return store.renewRecords(claim, keys);
      const renew = (): Promise<readonly Ownership[]> => store.renewRecords(claim, keys);
      const answer = CALLS.hasSubscribers ? trace('renew', keys.length, renew) : renew();
      return CHANNELS.claim.hasSubscribers ? tellStep('renew', claim, answer, (owned) => owned === 'lost') : answer;
    },
    releaseRecords: (claim, keys, outcome) => {
      if (isUnheard()) return store.releaseRecords(claim, keys, outcome);
      const release = (): Promise<void> => store.releaseRecords(claim, keys, outcome);
      const answer = CALLS.hasSubscribers ? trace('release', keys.length, release) : release();
      return CHANNELS.claim.hasSubscribers ? tellRelease(claim, keys.length, outcome, answer) : answer;
    },
    claimRecords: (claim) =>
      CHANNELS.claim.hasSubscribers ? tellClaim(storeName, claim, claimRecords(claim)) : claimRecords(claim),
    settleRecords: (changes) =>
      CHANNELS.claim.hasSubscribers ? tellSettlements(storeName, changes, settleRecords(changes)) : settleRecords(changes),
  };
}

/** Whether nobody listens to the steps of an owner: then not even a function is made for them. */
function isUnheard(): boolean {
  return !CALLS.hasSubscribers && !CHANNELS.claim.hasSubscribers;
}

type Answers = readonly (CodeRecord | undefined)[];

async function tellClaim(store: string, claim: ClaimWrite, answer: Promise<Answers>): Promise<Answers> {
  const after = await answer;
  CHANNELS.claim.publish(claimEvent(store, claim, after));
  return after;
}

async function tellSettlements(store: string, changes: readonly Settlement[], answer: Promise<Answers>): Promise<Answers> {
  const after = await answer;
  for (const [index, change] of changes.entries()) CHANNELS.claim.publish(settleEvent(store, change, after[index]));
  return after;
}

function claimEvent(store: string, { guildId, holds }: ClaimWrite, after: Answers): ClaimEvent {
  const { token = null, messageId = '' } = holds[0] ?? {};
  const won = after.filter((record) => record !== undefined && record.state !== 'sent' && record.token === token).length;
  return { type: 'claim', store, guildId, messageId, codes: holds.length, won };
}

function settleEvent(store: string, { guildId, code, event }: Settlement, record: CodeRecord | undefined): ClaimEvent {
  return { type: event.type, store, guildId, code, state: stateOf(record) };
}
