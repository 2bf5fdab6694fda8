import type { BaselineResult, ClaimResult, CodeRecord, Codes, GuildId } from 'sent-code-store/store';
import { runConformance, testSentCodeStore } from 'sent-code-store/conformance';
import { describe, expect, it } from 'vitest';
import { PlainListDriver, PlainListStore, plainListFixture } from '../support/stores/plain-list-store.js';

const supports = { claims: false, times: false, sources: false, receipts: false, metadata: false, durable: false } as const;
const skip = { outages: 'a map in memory has no backend that could fail' };

testSentCodeStore({
  name: 'a store that only knows what was sent',
  describe,
  it,
  supports,
  create: async () => plainListFixture(),
  skip,
});

class InventsTimes extends PlainListDriver {
  override recordOf(): CodeRecord {
    return { state: 'sent', source: null, sentAt: 0 };
  }
}

class InventsSources extends PlainListDriver {
  override recordOf(): CodeRecord {
    return { state: 'sent', source: 'auto', sentAt: null };
  }
}

class ClaimsWithoutSayingSo extends PlainListStore {
  override async claim(_guildId: GuildId, codes: Codes): Promise<ClaimResult> {
    return { claimed: [...codes], alreadySent: [], heldElsewhere: [], uncertain: [] };
  }
}

class BaselineWithoutMemory extends PlainListStore {
  override async baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult> {
    return { applied: true, marked: (await this.markSent(guildId, codes)).marked };
  }
}

class ForgetsNothing extends PlainListDriver {
  override async removeRecords(): Promise<number> {
    return 0;
  }
}

describe('a store that does what it says it does not support fails', () => {
  it.for([
    ['gives a time where none is kept', InventsTimes, /has no times/],
    ['gives a source where none is kept', InventsSources, /has no sources/],
    ['gives claims and says that it has none', ClaimsWithoutSayingSo, /CLAIMS_UNSUPPORTED/],
    ['makes a baseline that it cannot remember', BaselineWithoutMemory, /METADATA_UNSUPPORTED/],
  ] as const)('%s', async ([, Store, promise]) => {
    const { failures } = await runConformance({ supports, create: async () => plainListFixture(Store), skip });
    const own = failures.filter(({ group }) => group === 'support').map(({ name }) => name);
    expect(own).toContainEqual(expect.stringMatching(promise));
  });

  it('does not forget', async () => {
    const { failures } = await runConformance({ supports, create: async () => plainListFixture(ForgetsNothing), skip });
    expect(new Set(failures.map(({ group }) => group))).toContain('forget and clear');
  });
});
