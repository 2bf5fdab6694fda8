import { describe, it } from 'node:test';
import { testSentCodeStore } from 'sent-code-store/conformance';
import { PlainListDriver, plainListFixture } from '../stores/plain-list-store.js';

class Forgetful extends PlainListDriver {
  override async markRecords(marks: readonly unknown[]): Promise<readonly boolean[]> {
    return marks.map(() => true);
  }
}

testSentCodeStore({
  name: 'a store that forgets',
  describe,
  it,
  supports: { claims: false, times: false, sources: false, receipts: false, metadata: false, durable: false },
  create: async () => plainListFixture(Forgetful),
  skip: { outages: 'a map in memory has no backend that could fail' },
});
