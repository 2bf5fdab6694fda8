import { setImmediate } from 'node:timers/promises';
import {
  type Claim,
  type ClaimWrite,
  type CodeRecord,
  type Codes,
  type ConfirmResult,
  type GuildId,
  LeaseLostError,
  type Mark,
  type MarkOptions,
  SentCodeStoreError,
  type Settlement,
  type StoreSupport,
  type TakenClaim,
  type TakeUncertainOptions,
} from 'sent-code-store/store';
import { type LocalRecord, localState, transition } from '../../../src/domain/state-machine.js';
import type { RecordChange } from '../../../src/core/local-driver.js';
import { SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

type Records = Promise<readonly (CodeRecord | undefined)[]>;

export class TwoWinners extends SharedMapDriver {
  override async claimRecords(claim: ClaimWrite): Records {
    const { guildId } = claim;
    const free = claim.holds.filter(({ code }) => this.lookUp(guildId, code) === undefined);
    await setImmediate();
    await this.commit(free.map(({ code }) => ({ guildId, code, record: undefined })));
    return super.claimRecords(claim);
  }
}

export class NeverResizes extends SharedMapDriver {
  override settleRecords(changes: readonly Settlement[]): Records {
    return changes.some(({ event }) => event.type === 'resize') ? this.readRecords(changes) : super.settleRecords(changes);
  }
}

export class OffersClaimedCodes extends SharedMapStore {
  override async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    const states = await this.states(guildId, codes);
    return [...states].filter(([, state]) => state === 'absent' || state === 'claimed').map(([code]) => code);
  }
}

export class FreesUncertain extends SharedMapStore {
  override release(claim: Claim, outcome: 'not-sent' | 'uncertain' | 'unsent', codes?: Codes): Promise<void> {
    return super.release(claim, outcome === 'uncertain' ? 'not-sent' : outcome, codes);
  }
}

export class RenewsForAnybody extends SharedMapStore {
  override async renew(claim: Claim): Promise<Claim> {
    try {
      return await super.renew(claim);
    } catch (error) {
      if (error instanceof LeaseLostError) return claim;
      throw error;
    }
  }
}

export class FreesAtLeaseEnd extends SharedMapDriver {
  override lookUp(guildId: string, code: string): LocalRecord | undefined {
    const record = super.lookUp(guildId, code);
    const ranOut =
      record?.state === 'held' && record.leaseUntil !== null && localState(record, this.leaseClock()) === 'uncertain';
    return ranOut ? undefined : record;
  }
}

export class ComparesMonotonicClocks extends SharedMapDriver {
  override leaseClock(): number {
    return this.options.clock.monotonic();
  }
}

export class RefusesLateConfirm extends SharedMapStore {
  override async confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult> {
    const states = await this.states(claim.guildId, claim.codes);
    const late = claim.codes.filter((code) => states.get(code) === 'uncertain');
    if (late.length > 0) throw new LeaseLostError('Too late.', late);
    return super.confirm(claim, codes, options);
  }
}

export class NeverRenews extends SharedMapDriver {
  override async settleRecords(changes: readonly Settlement[]): Records {
    return changes.some(({ event }) => event.type === 'renew') ? this.readRecords(changes) : super.settleRecords(changes);
  }
}

export class ClaimBeatsMark extends SharedMapDriver {
  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const before = await this.readRecords(marks);
    const open = marks.filter((_, index) => before[index]?.state !== 'claimed');
    await super.markRecords(open);
    return before.map((record) => record?.state !== 'claimed' && record?.state !== 'sent');
  }
}

export class NewMessageId extends SharedMapStore {
  override async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<TakenClaim[]> {
    const taken = await super.takeUncertain(guildId, options);
    return taken.map((claim) => ({ ...claim, messageId: this.options.randomId() }));
  }
}

export class FreesRetry extends SharedMapStore {
  override async release(claim: Claim, outcome: 'not-sent' | 'uncertain' | 'unsent', codes?: Codes): Promise<void> {
    await super.release(claim, outcome, codes);
    if (outcome === 'not-sent') await this.resolveUncertain(claim.guildId, codes ?? claim.codes, 'not-sent');
  }
}

export class AgeOfLastTry extends SharedMapDriver {
  override commit(changes: readonly RecordChange[]): Promise<void> {
    const now = this.leaseClock();
    return super.commit(
      changes.map(({ record, ...key }) => ({
        ...key,
        record: record?.state === 'held' && record.leaseUntil !== null ? { ...record, firstTriedAt: now } : record,
      })),
    );
  }
}

export class SplitsMessages extends SharedMapStore {
  override async takeUncertain(guildId: GuildId, options: TakeUncertainOptions = {}): Promise<TakenClaim[]> {
    const { leaseMs = 60_000 } = options;
    await super.takeUncertain(guildId, { ...options, codes: [] });
    const taken: TakenClaim[] = [];
    const now = this.driver.leaseClock();
    for (const [code, record] of [...this.driver.recordsOf(String(guildId))]) {
      if (record.state !== 'held' || localState(record, now) !== 'uncertain') continue;
      const { messageId, spelling, attempt, size } = record;
      const token = this.options.randomId();
      const after = transition(record, { type: 'take', messageId, token, leaseMs }, now);
      await this.driver.commit([{ guildId: String(guildId), code, record: after }]);
      const claim = { guildId: String(guildId), codes: [spelling], token, messageId, leaseMs, attempt: attempt + 1 };
      taken.push({ ...claim, size, ageMs: null, idleMs: null });
    }
    return taken;
  }
}

export class SortsMessages extends SharedMapStore {
  override async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<TakenClaim[]> {
    const taken = await super.takeUncertain(guildId, options);
    return taken.map((claim) => ({ ...claim, codes: [...claim.codes].sort() }));
  }
}

export class NoClaims extends SharedMapStore {
  override claim(): Promise<never> {
    return Promise.reject(new SentCodeStoreError('CLAIMS_UNSUPPORTED', 'No claims here.'));
  }
}

export class SaysNothing extends SharedMapDriver {
  override readonly supports: StoreSupport = {
    claims: 'process',
    times: true,
    sources: false,
    receipts: true,
    metadata: true,
    durable: true,
  };
}
