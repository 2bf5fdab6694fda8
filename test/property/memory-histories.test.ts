import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareWithModel, histories } from '../support/model/histories.js';
import { memoryFixture } from '../support/stores/memory-fixture.js';

it('a MemoryStore answers every call of a random history as the contract in plain words does', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (calls) => {
      const fixture = memoryFixture();
      await compareWithModel(fixture, ['1', '2'], calls);
      await fixture.dispose();
    }),
    { numRuns: 400 },
  );
  expect.hasAssertions();
});
