import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AskingWorld, CODES, type CallPlan, type Step } from '../support/asking/asking-world.js';

const bot = fc.integer({ min: 0, max: 1 });
const call: fc.Arbitrary<CallPlan> = fc.record({
  process: bot,
  codes: fc.oneof(fc.constant(CODES), fc.subarray(CODES)),
  onUncertain: fc.constantFrom('hold', 'retry'),
  messages: fc.constantFrom('together', 'each'),
  requests: fc.array(
    fc.record({
      answer: fc.constantFrom('unknown', 'sent', 'refused', 'none'),
      arrives: fc.constantFrom('now', 'late', 'never'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  find: fc.constantFrom('truth', 'truth', 'slow', 'throws', 'silent'),
  abortAfterMs: fc.constantFrom(undefined, undefined, 0, 10_000),
  abortAtCall: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 8 })),
  movesAfter: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 6 })),
  failure: fc.oneof(
    fc.constant(undefined),
    fc.record({ calls: fc.integer({ min: 0, max: 8 }), when: fc.constantFrom('before', 'halfway', 'after') }),
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('call'), plan: call }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('pass'), ms: fc.constantFrom(0, 1000, 10_000, 25_000, 61_000, 95_000, 3_700_000) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('crash', 'freeze', 'thaw'), process: bot }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('move', 'permit', 'delete') }) },
) as fc.Arbitrary<Step>;

it('whatever happens to the bots, every offered code is posted once in the end, and nothing stays uncertain', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.subarray(CODES), async (steps, offered) => {
      const world = new AskingWorld();
      for (const one of steps) await world.take(one);
      await world.rest(offered);
      expect(world.problems).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
