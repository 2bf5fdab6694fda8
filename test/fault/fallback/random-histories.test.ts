import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Step, World } from '../../support/fallback/world.js';

const host = fc.nat({ max: 1 });
const guild = fc.nat({ max: 1 });
const codes = fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 });
const disk = fc.nat({ max: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('mark' as const), host, guild, codes }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('filter' as const), host, guild, codes }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), host, guild, codes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), host, guild, codes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('confirm' as const, 'not-sent' as const, 'uncertain' as const),
      host,
      pick: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      disk: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: disk }),
      fault: fc.constantFrom('reject' as const, 'lost-answer' as const, 'stall' as const, 'stalled-answer' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('heal' as const), disk: fc.oneof(fc.constant(0), disk) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ping' as const), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(50, 150, 1000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wipe-first' as const }) },
);
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 45 });

const runs = Number(process.env['FALLBACK_RUNS'] ?? 60);
const seed = process.env['FALLBACK_SEED'];

describe('What was marked is never offered, through any number of crashes and outages', () => {
  for (const [hosts, mirrors, witness] of [
    [1, 1, false],
    [1, 2, true],
    [2, 1, false],
  ] as const) {
    it(`random histories of ${hosts} hosts with ${mirrors} mirrors${witness ? ' and a witness' : ''}`, async () => {
      await fc.assert(
        fc.asyncProperty(history, async (batches) => {
          const world = new World(hosts, mirrors, witness);
          try {
            for (const batch of batches) await world.run(batch);
            await world.settle();
          } finally {
            await world.close();
          }
        }),
        {
          numRuns: runs,
          ...(seed !== undefined && { seed: Number(seed) }),
          endOnFailure: false,
          interruptAfterTimeLimit: 280_000,
          markInterruptAsFailure: false,
        },
      );
      expect(runs).toBeGreaterThan(0);
    }, 300_000);
  }
});
