import { describe, expect, it } from 'vitest';
import {
  type ConformanceFailure,
  type ConformanceGroupName,
  type ConformanceOptions,
  type Fixture,
  runConformance,
} from 'sent-code-store/conformance';
import { groups } from '../../src/conformance/groups.js';
import { sharedMapFixture, type SharedMapKind } from '../support/stores/shared-map-store.js';
import * as asking from './broken/asking.js';
import * as claims from './broken/claims.js';
import * as codes from './broken/codes.js';
import * as durability from './broken/durability.js';
import * as guilds from './broken/guilds.js';

async function failuresOf(
  create: () => Fixture,
  { skip = {}, leastPassed = 80 }: { skip?: ConformanceOptions['skip']; leastPassed?: number } = {},
): Promise<readonly ConformanceFailure[]> {
  const { failures, passed } = await runConformance({
    skip,
    supports: { claims: 'shared', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: async () => create(),
    timeoutMs: 10_000,
  });
  // A store that fails everything shows nothing.
  expect(passed).toBeGreaterThan(leastPassed);
  return failures;
}

it('the unbroken twin of the broken stores passes', async () => {
  expect(await failuresOf(() => sharedMapFixture())).toEqual([]);
});

/** What the store does wrong; the class that does it; the group and the promise that must fail. */
type Row = readonly [fault: string, store: SharedMapKind, group: ConformanceGroupName, promise: RegExp];

const broken: readonly Row[] = [
  ['takes upper and lower case for two codes', codes.CaseSensitive, 'identity', /every spelling/],
  ['answers with the identity', codes.AnswersIdentity, 'identity', /own spelling/],
  ['loses the last code of a mark', codes.LosesOneOfMany, 'filter and mark', /never offers a marked code/],
  ['forgets records after a year', codes.ExpiresRecords, 'filter and mark', /for good/],
  ['writes when it is asked', codes.WritesWhenAsked, 'filter and mark', /changes nothing/],
  ['overwrites the first mark', codes.OverwritesFirstMark, 'first mark wins', /whatever later marks say/],
  ['keeps times to the second', codes.TruncatesTimes, 'first mark wins', /to the millisecond/],
  ['counts held codes as sent', codes.CountsHeldCodes, 'listing and stats', /nothing but a held code/],
  ['lists a guild once for each of its codes', codes.ListsGuildsTwice, 'listing and stats', /each once$/],
  ['lists by offset while others change', codes.PagesByOffset, 'listing and stats', /all the while/],
  ['forgets a code that someone is sending', codes.ForgetsLiveClaims, 'forget and clear', /leaves a code alone/],
  ['remembers forgotten marks', codes.RemembersForgottenMarks, 'forget and clear', /the second mark/],
  ['marks the good codes before it refuses the bad one', codes.MarksBeforeItChecks, 'bad codes', /batch of 100/],
  ['passes over bad codes in silence', codes.SkipsBadCodes, 'bad codes', /for one code that is empty/],
  ['ignores bad options', codes.IgnoresBadOptions, 'bad calls', /bad options of a mark/],
  ['loses what lies beyond the first 1 000 codes', codes.LosesSecondChunk, 'large batches', /5 000 codes/],
  ['writes a whole guild back after it has read it', codes.ReadModifyWrite, 'concurrent callers', /loses no mark/],
  ['tells two callers that they made the same mark', codes.TwoMarkers, 'concurrent callers', /one of 50 concurrent callers/],

  ['shows the codes of one guild to all', guilds.LeaksBetweenGuilds, 'filter and mark', /guilds apart/],
  ['takes guild ids for numbers', guilds.NumericGuildIds, 'many guilds', /look alike/],
  ['takes guilds whose ids begin alike for one', guilds.PrefixScan, 'many guilds', /look alike/],
  ['answers a batch in the order of the guild ids', guilds.SortsBatches, 'many guilds', /in its order/],
  ['answers a code in both entries that name it', guilds.AnswersTwice, 'many guilds', /first entry only/],
  ['takes a number for a guild id', guilds.TakesNumbers, 'bad guild ids', /is a number/],
  ['makes a second baseline', guilds.SecondBaseline, 'baseline', /once in the life/],
  ['makes two baselines of concurrent callers', guilds.RacyBaseline, 'baseline', /concurrent callers/],
  ['keeps the baseline of a guild that was cleared', guilds.KeepsBaselineOfClearedGuild, 'baseline', /is cleared/],

  ['gives one code to two claimants', claims.TwoWinners, 'concurrent callers', /one of 50 concurrent claimants/],
  ['compares the monotonic clocks of two processes', claims.ComparesMonotonicClocks, 'shared data', /ran out in the other/],
  ['leaves claims with the size they asked for', claims.NeverResizes, 'concurrent callers', /message of its own/],
  ['offers claimed codes', claims.OffersClaimedCodes, 'claims', /to nobody/],
  ['frees a message that may have arrived', claims.FreesUncertain, 'release and renew', /may have arrived/],
  ['renews a claim that it gave to another', claims.RenewsForAnybody, 'release and renew', /LEASE_LOST and which/],
  ['frees the codes of a lease that ran out', claims.FreesAtLeaseEnd, 'leases', /never for free/],
  ['refuses a late confirm', claims.RefusesLateConfirm, 'leases', /late owner confirms/],
  ['does not start a lease again', claims.NeverRenews, 'leases', /starts the lease again/],
  ['lets a claim stand against a mark', claims.ClaimBeatsMark, 'sent beats all', /that another holds/],
  ['takes over under a new message id', claims.NewMessageId, 'uncertain codes', /under its old id/],
  ['frees a retry that was not sent', claims.FreesRetry, 'uncertain codes', /an earlier try/],
  ['measures a message by its last try', claims.AgeOfLastTry, 'uncertain codes', /by its first try/],
  ['splits a message', claims.SplitsMessages, 'whole messages', /confirmed a part/],
  ['forgets the order of a message', claims.SortsMessages, 'whole messages', /the order and the spelling/],
  ['has claims in words only', claims.NoClaims, 'claims', /gives a claim/],
  ['does not say what it supports', claims.SaysNothing, 'support', /says what it supports/],

  ['counts asking as a try', asking.CountsAsking, 'asking the platform', /counts no try/],
  ['forgets the end of the last try when somebody asks', asking.ForgetsEndAtAsking, 'asking the platform', /counts no try/],
  ['takes the end of the asking for the end of the try', asking.EndsTryWithAsker, 'asking the platform', /counts no try/],
  ['frees a message whose asker did not send it', asking.FreesAskedNotSent, 'asking the platform', /only asked/],
  ['begins a message anew for anybody', asking.RestartsForAnybody, 'asking the platform', /that was overtaken/],
  ['frees what never arrived for anybody', asking.FreesUnsentForAnybody, 'asking the platform', /that was overtaken/],
  ['begins a message anew as a retry', asking.RestartKeepsAttempt, 'asking the platform', /frees a message anew/],
  ['begins a message anew as old as it was', asking.RestartKeepsFirstTry, 'asking the platform', /begins a message anew/],
  ['takes a message anew for one that is asked about', asking.RestartStaysAsked, 'asking the platform', /frees a message anew/],
  ['counts tries from one again', asking.RestartCountsAgainFromOne, 'asking the platform', /since somebody looked/],
  ['holds what never arrived if it was retried', asking.UnsentOfFirstTryOnly, 'asking the platform', /whatever was tried/],
  ['loses where a message was tried', asking.LosesTarget, 'asking the platform', /tells where/],
  ['keeps where a message was tried first', asking.KeepsOldTarget, 'asking the platform', /new target/],
  ['ends a try when somebody looks', asking.EndsTryWhenListed, 'asking the platform', /from the end of its lease/],
  ['lets nobody ask about a part', asking.AsksAboutWholeMessagesOnly, 'asking the platform', /what is left/],
  ['lets two ask at once', asking.LetsTwoAsk, 'asking the platform', /one caller ask/],
  ['takes more messages than it was told to', asking.TakesEveryMessage, 'asking the platform', /by its id/],
  ['refuses evidence of an asker that was overtaken', asking.RefusesLateEvidence, 'asking the platform', /at its word/],
  ['decides whatever somebody looked at', asking.IgnoresExpected, 'asking the platform', /only the tries/],
  ['keeps the last receipt', asking.LaterReceiptWins, 'receipts', /of the first mark/],
  ['loses the receipt of a confirm', asking.LosesReceiptOfConfirm, 'receipts', /of a confirm/],
  ['cuts receipts', asking.CutsReceipts, 'receipts', /looks up/],

  ['answers "unsent" when it cannot read', durability.UnsentOnError, 'outages', /never offered/],
  ['acknowledges a mark that it could not make', durability.SwallowsWriteErrors, 'outages', /acknowledges no mark/],
  ['gives a claim that it could not make', durability.ClaimsInWords, 'outages', /gives no claim/],
  ['says 0 were forgotten when it could not look', durability.ForgetsInWords, 'outages', /only if it knows/],
  ['starts anew after an error', durability.StartsAnewAfterAnError, 'outages', /forgets nothing/],
  ['closes under a call', durability.ClosesUnderCalls, 'closing', /finishes the calls/],
  ['works on after it was closed', durability.NeverCloses, 'closing', /every call after close/],
  ['ends a list early when it is closed', durability.EndsListsEarly, 'closing', /at its next step/],
  ['opens under any identity', durability.AnyIdentity, 'reopening', /another identity/],
  ['frees what was held when it is opened', durability.LosesUncertainty, 'reopening', /whose process ended/],
];

/** Groups that run beside the one that must fail. */
const BESIDE: readonly ConformanceGroupName[] = ['bad calls', 'claims', 'listing and stats'];

describe('a store that is broken on purpose fails the group that names its promise', () => {
  it.for(broken)('%s', async ([, Kind, group, promise]) => {
    const others = groups.map(({ name }) => name).filter((name) => name !== group && !BESIDE.includes(name));
    const skip = Object.fromEntries(others.map((name) => [name, 'shows the fault of another store']));
    const failures = await failuresOf(() => sharedMapFixture(Kind), { skip, leastPassed: 10 });
    const own = failures.filter((failure) => failure.group === group).map(({ name }) => name);
    expect(own).toContainEqual(expect.stringMatching(promise));
  });

  it('forgets everything when it is opened again', async () => {
    const failures = await failuresOf(() => sharedMapFixture(undefined, { reopen: false, peer: true }));
    expect(new Set(failures.map(({ group }) => group))).toEqual(new Set(['reopening']));
  });

  it('does not see what another process wrote', async () => {
    const failures = await failuresOf(() => sharedMapFixture(undefined, { reopen: true, peer: false }));
    expect(new Set(failures.map(({ group }) => group))).toEqual(new Set(['shared data']));
  });
});
