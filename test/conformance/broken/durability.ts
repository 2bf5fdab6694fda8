import { setImmediate } from 'node:timers/promises';
import type {
  ClaimOptions,
  ClaimResult,
  CodeKey,
  CodeRecord,
  Codes,
  GuildId,
  Mark,
  MarkOptions,
  MarkSentResult,
  SentCode,
  StoreOptions,
} from 'sent-code-store/store';
import { giftCodeIdentity } from 'sent-code-store';
import { type SharedData, SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

export class UnsentOnError extends SharedMapDriver {
  override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    try {
      return await super.readRecords(keys);
    } catch {
      return keys.map(() => undefined);
    }
  }
}

export class SwallowsWriteErrors extends SharedMapStore {
  override async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    try {
      return await super.markSent(guildId, codes, options);
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error;
      return { marked: [...codes], alreadySent: [] };
    }
  }
}

class Interruptible extends SharedMapDriver {
  interrupted = false;

  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    await setImmediate();
    if (this.interrupted) throw new Error('The connection was closed.');
    return super.markRecords(marks);
  }
}

export class ClosesUnderCalls extends SharedMapStore {
  constructor(data: SharedData, options: StoreOptions) {
    super(data, options, Interruptible);
  }

  override close(): Promise<void> {
    this.driverOf(Interruptible).interrupted = true;
    return super.close();
  }
}

export class NeverCloses extends SharedMapStore {
  override async close(): Promise<void> {
    // Says that it is closed, and works on.
  }
}

export class EndsListsEarly extends SharedMapStore {
  override async *listSent(guildId: GuildId): AsyncGenerator<SentCode, void, undefined> {
    try {
      yield* super.listSent(guildId);
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_CLOSED') throw error;
    }
  }
}

export class AnyIdentity extends SharedMapStore {
  constructor(data: SharedData, options: StoreOptions) {
    super(data, { ...options, identity: giftCodeIdentity });
  }
}

export class ForgetsInWords extends SharedMapStore {
  override async forget(guildId: GuildId, codes: Codes): Promise<number> {
    try {
      return await super.forget(guildId, codes);
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error;
      return 0;
    }
  }
}

export class StartsAnewAfterAnError extends SharedMapDriver {
  override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    try {
      return await super.readRecords(keys);
    } catch (error) {
      this.data.guilds.clear();
      throw error;
    }
  }
}

export class ClaimsInWords extends SharedMapStore {
  override async claim(guildId: GuildId, codes: Codes, options?: ClaimOptions): Promise<ClaimResult> {
    try {
      return await super.claim(guildId, codes, options);
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error;
      const claim = { guildId: String(guildId), codes: [...codes], token: 't', messageId: 'm', leaseMs: 60_000, attempt: 1 };
      return { claim, claimed: [...codes], alreadySent: [], heldElsewhere: [], uncertain: [] };
    }
  }
}

export class LosesUncertainty extends SharedMapDriver {
  override async open(): Promise<void> {
    for (const records of this.data.reach().guilds.values()) {
      for (const [code, record] of records) if (record.state === 'held') records.delete(code);
    }
  }
}
