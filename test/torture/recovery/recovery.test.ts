import { expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { recover } from './recovery.js';

it.each([6, 7] as const)('a store comes back whenever all its connections have ended: driver %s', async (version) => {
  const { broken, cuts, met } = await recover(version, { seed: 1, uri: mongoUri(), cuts: 5 });
  expect(broken).toEqual([]);
  expect(cuts).toBe(5);
  expect(met).toBeGreaterThan(0);
});
