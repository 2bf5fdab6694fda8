import { expect, it } from 'vitest';
import { randomId } from '../../../src/domain/random.js';

it('makes ids of 22 characters that do not come twice', () => {
  const ids = Array.from({ length: 1000 }, randomId);
  expect(ids.every((id) => /^[\w-]{22}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});
