import type { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';

/** What a key may be after a reopening, as far as this step goes. */
export type Outcome = 'sent' | 'uncertain' | 'absent';

/** A step of the workload: a call, and what it makes of which keys. */
export interface Step {
  readonly keys: readonly (readonly [guildId: string, code: string, after: Outcome])[];
  readonly run: (store: JsonFileStore) => Promise<unknown>;
}

const claims = new Map<string, Awaited<ReturnType<JsonFileStore['claim']>>['claim']>();

/** Everything that a bot does with a store, in groups whose steps run side by side. */
export const SCRIPT: readonly (readonly Step[])[] = [
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

/** What each key may be, given the names (`group index`) of the steps that were begun and of those that were acknowledged. */
export function allowedOutcomes(begun: ReadonlySet<string>, done: ReadonlySet<string>): Map<string, Set<Outcome>> {
  const allowed = new Map<string, Set<Outcome>>();
  for (const [group, members] of SCRIPT.entries()) {
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

function mark(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store) => store.markSent(guildId, codes) };
}

function claim(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: async (store) => claims.set(guildId, (await store.claim(guildId, codes)).claim),
  };
}

function confirm(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store) => store.confirm(claims.get(guildId)!) };
}

function release(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'absent']),
    run: (store) => store.release(claims.get(guildId)!, 'not-sent'),
  };
}

function giveBack(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: (store) => store.release(claims.get(guildId)!, 'uncertain'),
  };
}

function ask(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: async (store) => claims.set(guildId, (await store.takeUncertain(guildId, { purpose: 'ask' }))[0]),
  };
}

function beginAnew(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'uncertain']),
    run: async (store) => claims.set(guildId, await store.restart(claims.get(guildId)!, { target: 'channel 2' })),
  };
}

function free(guildId: string, ...codes: string[]): Step {
  return {
    keys: codes.map((code) => [guildId, code, 'absent']),
    run: (store) => store.release(claims.get(guildId)!, 'unsent', codes),
  };
}

function forget(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'absent']), run: (store) => store.forget(guildId, codes) };
}

function baseline(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'sent']), run: (store) => store.baseline(guildId, codes) };
}

function clear(guildId: string, ...codes: string[]): Step {
  return { keys: codes.map((code) => [guildId, code, 'absent']), run: (store) => store.clearGuild(guildId) };
}
