import type { AbstractSentCodeStore } from '../../core/abstract-store.js';
import type { RandomId } from '../../domain/random.js';
import { type Finding, finding } from './finding.js';

/**
 * Tries the store on two guilds with random names, which no platform has, and removes them again.
 * Asks what the older bot's script asked.
 */
export async function selfTest(store: AbstractSentCodeStore, newId: RandomId): Promise<Finding[]> {
  const guild = `self-test-${newId()}`;
  const other = `self-test-${newId()}`;
  const findings: Finding[] = [];
  try {
    for (const [name, holds] of CHECKS) {
      const problem = await holds(store, guild, other);
      findings.push(
        problem === undefined
          ? finding(name, 'ok', 'Passed.')
          : finding(name, 'fault', problem, 'Do not let a bot send from this store. Report it with the output of doctor --json.'),
      );
    }
  } finally {
    for (const each of [guild, other]) await store.clearGuild(each);
  }
  return findings;
}

type Check = (store: AbstractSentCodeStore, guild: string, other: string) => Promise<string | undefined>;

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  [
    'basic operations',
    async (store, guild) => {
      const fresh = await store.filterUnsent(guild, ['TEST1', 'TEST2']);
      const { marked } = await store.markSent(guild, ['TEST1'], { source: 'manual' });
      const left = await store.filterUnsent(guild, ['TEST1', 'TEST2']);
      return expected([fresh, marked, left], [['TEST1', 'TEST2'], ['TEST1'], ['TEST2']]);
    },
  ],
  [
    'duplicate prevention',
    async (store, guild) => {
      const { alreadySent } = await store.markSent(guild, ['TEST1'], { source: 'manual' });
      if (store.supports.claims === false) return expected([alreadySent], [['TEST1']]);
      const { claim } = await store.claim(guild, ['TEST1', 'TEST3']);
      const { claimed, heldElsewhere } = await store.claim(guild, ['TEST3']);
      if (claim !== undefined) await store.release(claim, 'not-sent');
      return expected([alreadySent, claim?.codes ?? [], claimed, heldElsewhere], [['TEST1'], ['TEST3'], [], ['TEST3']]);
    },
  ],
  [
    'guild isolation',
    async (store, guild, other) => {
      const fresh = await store.filterUnsent(other, ['TEST1']);
      await store.markSent(other, ['TEST4'], { source: 'manual' });
      return expected([fresh, await store.filterUnsent(guild, ['TEST4'])], [['TEST1'], ['TEST4']]);
    },
  ],
  [
    'normalisation',
    async (store, guild) => {
      const isSame = store.identity.normalize('TEST1') === store.identity.normalize(' test1 ');
      return expected([await store.filterUnsent(guild, [' test1 '])], [isSame ? [] : [' test1 ']]);
    },
  ],
];

function expected(found: readonly (readonly string[])[], wanted: readonly (readonly string[])[]): string | undefined {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  return is === should ? undefined : `The store answered ${is}, and should have answered ${should}.`;
}
