import { expect, it } from 'vitest';
import { groupBy } from '../../../src/domain/group-by.js';

it('groupBy keeps every item, and groups and items in their order', () => {
  const groups = groupBy(['b1', 'a1', 'b2', 'b3'], (item) => item[0]);
  expect([...groups]).toEqual([
    ['b', ['b1', 'b2', 'b3']],
    ['a', ['a1']],
  ]);
});
