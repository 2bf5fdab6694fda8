import type { FaultPlanInput } from '../../tools/discord-api/fault-plan.js';
import { channelId, CODES, type UnattendedResult, type UnattendedScenario } from './scenario.js';
import { faultsOf, lateRequests } from './stage.js';
import { commandAnswers, movedChannels, noHistory, suppressedEmbeds, unheardAnswers } from './trouble.js';

/** A kind of unattended bots, and what is to be seen of it. */
export interface Kind {
  readonly scenario: (seed: number) => Omit<UnattendedScenario, 'seed'>;
  readonly faults: (seed: number) => FaultPlanInput;
  readonly clockSkewMs?: number;
  /** What a control must show, over all of its seeds. */
  readonly shows?: 'held' | 'duplicates';
}

const file = { store: 'json-file', channel: 'text', find: 'preset', bots: 1, accidents: 4, outages: 2, marked: true } as const;
const mongo = { ...file, store: 'mongo', bots: 3, accidents: 2 } as const;
/** Just less than what a history is read further back. */
const SKEW_MS = 299_000;

export const kinds: Readonly<Record<string, Kind>> = {
  'JSON file, 1 bot': { scenario: () => file, faults: faultsOf },
  'JSON file, 1 bot, messages without their id': { scenario: () => ({ ...file, marked: false }), faults: faultsOf },
  'MongoDB, 3 bots': { scenario: () => mongo, faults: faultsOf },
  'forum channels, JSON file, 1 bot': { scenario: () => ({ ...file, channel: 'forum' }), faults: faultsOf },
  'forum channels, MongoDB, 3 bots': { scenario: () => ({ ...mongo, channel: 'forum' }), faults: faultsOf },
  'one guild without Read Message History': { scenario: () => ({ ...file, trouble: noHistory() }), faults: faultsOf },
  'suppressed embeds': { scenario: () => ({ ...file, trouble: suppressedEmbeds() }), faults: faultsOf },
  'requests that arrive late': { scenario: () => file, faults: lateRequests },
  'requests that arrive late, forum channels': { scenario: () => ({ ...file, channel: 'forum' }), faults: lateRequests },
  'channels that change': { scenario: () => ({ ...mongo, trouble: movedChannels(channelId) }), faults: faultsOf },
  "Discord's clock 5 minutes ahead": { scenario: () => file, faults: faultsOf, clockSkewMs: SKEW_MS },
  "Discord's clock 5 minutes behind": { scenario: () => mongo, faults: faultsOf, clockSkewMs: -SKEW_MS },
  'codes in answers of commands': {
    scenario: () => ({ ...file, marked: false, trouble: commandAnswers(CODES) }),
    faults: faultsOf,
  },
  'crashes in the middle of a decision, MongoDB': { scenario: () => ({ ...mongo, torn: true }), faults: faultsOf },
  'control: no findDelivery': {
    scenario: () => ({ ...file, accidents: 0, outages: 0, find: 'none', trouble: unheardAnswers({ history: true }) }),
    faults: () => ({}),
    shows: 'held',
  },
  'control: an empty history is evidence': {
    scenario: () => ({ ...file, accidents: 0, outages: 0, find: 'trusting', trouble: unheardAnswers({ history: false }) }),
    faults: () => ({}),
    shows: 'duplicates',
  },
};

/** What the results of a kind break; nothing if all is as promised. */
export function broken({ shows }: Kind, results: readonly UnattendedResult[]): string[] {
  if (shows !== undefined) return results.some((result) => result[shows].length > 0) ? [] : [`shows nothing ${shows}`];
  return results.flatMap(({ troubled, ...result }, index) => {
    const { duplicates, missing, held, forgotten } = result;
    const lists = {
      ...{ duplicates, missing, held, forgotten },
      // What is not posted while the trouble lasts is listed.
      'forgotten in trouble': troubled?.forgotten ?? [],
      'missing and not listed': (troubled?.missing ?? []).filter((name) => troubled?.held.includes(name) !== true),
    };
    return Object.entries(lists).flatMap(([name, all]) => all.map((one) => `seed ${index + 1}: ${name}: ${one}`));
  });
}
