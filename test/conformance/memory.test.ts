import { describe, it } from 'vitest';
import { testSentCodeStore } from 'sent-code-store/conformance';
import { memoryFixture } from '../support/stores/memory-fixture.js';

testSentCodeStore({
  name: 'MemoryStore',
  describe,
  it,
  supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: false },
  create: async () => memoryFixture(),
  skip: { outages: 'a map in memory has no backend that could fail' },
});
