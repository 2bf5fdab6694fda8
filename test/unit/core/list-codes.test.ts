import { expect, it } from 'vitest';
import { listCodes } from '../../../src/core/list-codes.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';

it('lists every code that was sent to any guild once, and none that was only claimed', async () => {
  const store = new MemoryStore();
  await store.markSentMany([
    { guildId: '1', codes: ['a', 'b'] },
    { guildId: '2', codes: ['B', 'c'] },
  ]);
  await store.claim('3', ['claimed']);
  const codes: string[] = [];
  for await (const code of listCodes(store)) codes.push(code);
  expect(codes.sort()).toEqual(['A', 'B', 'C']);
});
