import type { Claim } from '../../../src/contract/claims.js';
import type { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { foldingIsOver } from './folding.js';

/** What a key may be after a reopening, as far as this step goes. */
export type Outcome = 'sent' | 'uncertain' | 'absent';

/** A step of the workload: a call, and what it makes of which keys. */
export interface Step {
  readonly keys: readonly (readonly [guildId: string, code: string, after: Outcome])[];
  readonly run: (store: JsonFileStore, claims: Claims) => Promise<unknown>;
  /** A call of several writes: where it is rejected, some of them may be made. */
  readonly inParts?: true;
}

/** The claim that each guild's next steps are about. */
export type Claims = Map<string, Claim>;

/** Groups of steps, one after the other; the steps of a group run side by side. */
export type Workload = readonly (readonly Step[])[];

/** What is told of a step: `group index`. `skipped`: an earlier step failed, so that there is no claim. */
export type Note = (what: 'begun' | 'done' | 'failed' | 'skipped', step: string, error?: unknown) => void;

/** Everything that a bot does with a store. */
export const EVERYTHING: Workload = [
  [mark('1', 'A', 'B')],
  [mark('2', 'A'), mark('2', 'B'), mark('3', 'A'), mark('1', 'C')],
  [claim('1', 'D', 'E')],
  [confirm('1', 'D', 'E'), claim('2', 'X', 'Y')],
  [forget('1', 'A'), mark('4', ...Array.from({ length: 40 }, (_, index) => `LONG${index}`))],
  [baseline('5', 'OLD1', 'OLD2')],
  [claim('3', 'P')],
  [release('3', 'P')],
  [mark('1', 'A'), clear('2', 'A', 'B')],
  [mark('6', 'Z'), mark('6', 'Y'), claim('6', 'X')],
  [claim('7', 'Q', 'R')],
  [giveBack('7', 'Q', 'R')],
  [ask('7', 'Q', 'R'), mark('8', 'A')],
  [beginAnew('7', 'Q', 'R')],
  [giveBack('7', 'Q', 'R'), mark('8', 'B')],
  [ask('7', 'Q', 'R')],
  [free('7', 'Q'), mark('8', 'C')],
];

/** Runs a workload. A step that fails is told, and the next ones run. */
export async function runWorkload(workload: Workload, store: JsonFileStore, folder: string, note: Note): Promise<void> {
  const claims: Claims = new Map();
  for (const [group, members] of workload.entries()) {
    await Promise.all(
      members.map(async ({ run }, index) => {
        const step = `${group} ${index}`;
        note('begun', step);
        try {
          await run(store, claims);
          note('done', step);
        } catch (error) {
          note(error instanceof NoClaim ? 'skipped' : 'failed', step, error);
        }
      }),
    );
    // Every other group meets a compaction that is under way.
    if (group % 2 === 1) await foldingIsOver(folder);
  }
}

/** What each key may be, given the steps that were begun and those that were acknowledged. */
export function allowedOutcomes(
  workload: Workload,
  begun: ReadonlySet<string>,
  done: ReadonlySet<string>,
): Map<string, Set<Outcome>> {
  const allowed = new Map<string, Set<Outcome>>();
  for (const [group, members] of workload.entries()) {
    for (const [index, { keys }] of members.entries()) {
      const name = `${group} ${index}`;
      for (const [guildId, code, after] of keys) {
        const key = `${guildId}:${code}`;
        const before = allowed.get(key) ?? new Set<Outcome>(['absent']);
        allowed.set(key, done.has(name) ? new Set([after]) : begun.has(name) ? new Set([...before, after]) : before);
      }
    }
  }
  return allowed;
}

export function mark(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store) => store.markSent(guildId, codes) };
}

export function claim(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: (store, claims) => keep(claims, guildId, async () => (await store.claim(guildId, codes)).claim),
  };
}

export function confirm(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store, claims) => store.confirm(claimOf(claims, guildId)) };
}

export function release(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'absent']),
    run: (store, claims) => store.release(claimOf(claims, guildId), 'not-sent'),
  };
}

export function giveBack(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: (store, claims) => store.release(claimOf(claims, guildId), 'uncertain'),
  };
}

export function ask(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: (store, claims) => keep(claims, guildId, async () => (await store.takeUncertain(guildId, { purpose: 'ask' }))[0]),
  };
}

export function beginAnew(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: (store, claims) => keep(claims, guildId, () => store.restart(claimOf(claims, guildId), { target: 'channel 2' })),
  };
}

export function free(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'absent']),
    run: (store, claims) => store.release(claimOf(claims, guildId), 'unsent', codes),
  };
}

export function forget(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'absent']), run: (store) => store.forget(guildId, codes) };
}

export function baseline(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store) => store.baseline(guildId, codes), inParts: true };
}

export function clear(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'absent']), run: (store) => store.clearGuild(guildId), inParts: true };
}

/** Thrown by a step whose claim an earlier step did not get. */
class NoClaim extends Error {}

function claimOf(claims: Claims, guildId: string): Claim {
  const claim = claims.get(guildId);
  if (claim === undefined) throw new NoClaim(`no claim in guild ${guildId}`);
  return claim;
}

/** Keeps what a step got for the next ones; nothing if it failed. */
async function keep(claims: Claims, guildId: string, get: () => Promise<Claim | undefined>): Promise<void> {
  try {
    const claim = await get();
    if (claim === undefined) throw new NoClaim(`nothing to claim in guild ${guildId}`);
    claims.set(guildId, claim);
  } catch (error) {
    claims.delete(guildId);
    throw error;
  }
}
