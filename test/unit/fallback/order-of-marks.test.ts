import { expect, it } from 'vitest';
import { newChain } from '../../support/fallback/chain.js';

it('A mark is read from the first store, made on the mirrors, then on the first store: no step begins before the last one has ended', async () => {
  const chain = newChain(2);
  const store = chain.start({ whenDegraded: 'continue' });
  await store.filterUnsent('1', ['A']);
  await expect
    .poll(() =>
      store
        .status()
        .stores.slice(1)
        .map(({ copiedGuilds }) => copiedGuilds),
    )
    .toEqual([1, 1]);
  const steps: string[] = [];
  for (const [name, disk] of [['first', chain.first] as const, ...chain.mirrors.map((mirror) => ['mirror', mirror] as const)]) {
    disk.before = async (step) => {
      steps.push(`${name} begins ${step}`);
      // Whatever could run beside this step has its turn.
      await new Promise(setImmediate);
    };
    disk.after = (step) => void steps.push(`${name} ended ${step}`);
  }
  await store.markSent('1', ['A']);
  expect(steps.filter((step) => /^first|markRecords/.test(step))).toEqual([
    'first begins readRecords',
    'first ended readRecords',
    'mirror begins markRecords',
    'mirror begins markRecords',
    'mirror ended markRecords',
    'mirror ended markRecords',
    'first begins markRecords',
    'first ended markRecords',
  ]);
});
