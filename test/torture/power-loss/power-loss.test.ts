import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { allOfSmall, randomOfLarge } from './suite.js';

/** The same in every run; `npm run test:torture power-loss` takes others. */
const SEED = 1;

describe('an acknowledged mark survives a power failure on a disk that orders nothing', () => {
  it('in every way that the disk can order a small workload', async () => {
    const counts = await allOfSmall(path.join(tempFolder(), 'store'));
    console.log(`small workload: ${JSON.stringify(counts)}`);
    expect(counts.images).toBeGreaterThan(1000);
  });

  it(`in random ways of a large one, also while it is opened again: seed ${SEED}`, async () => {
    const counts = await randomOfLarge(tempFolder(), SEED, 14, 3);
    console.log(`large workload, seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(counts.images).toBeGreaterThan(150);
  });
});
