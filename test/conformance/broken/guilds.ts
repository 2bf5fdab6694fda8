import { setImmediate } from 'node:timers/promises';
import type { BaselineResult, Codes, GuildCodes, GuildId, StoreMetadata } from 'sent-code-store/store';
import type { LocalRecord } from '../../../src/domain/state-machine.js';
import type { RecordChange } from '../../../src/core/local-driver.js';
import { SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

export class LeaksBetweenGuilds extends SharedMapDriver {
  override lookUp(guildId: string, code: string): LocalRecord | undefined {
    const own = super.lookUp(guildId, code);
    return own ?? [...this.data.guilds.values()].map((records) => records.get(code)).find((record) => record !== undefined);
  }
}

export class NumericGuildIds extends SharedMapDriver {
  override lookUp(guildId: string, code: string): LocalRecord | undefined {
    return super.lookUp(asNumber(guildId), code);
  }

  override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return super.recordsOf(asNumber(guildId));
  }

  override commit(changes: readonly RecordChange[]): Promise<void> {
    return super.commit(changes.map((change) => ({ ...change, guildId: asNumber(change.guildId) })));
  }
}

function asNumber(guildId: string): string {
  return /^[+-]?\d+$/.test(guildId) ? BigInt(guildId.replace('+', '')).toString() : guildId;
}

export class PrefixScan extends SharedMapDriver {
  override recordsOf(guildId: string): Iterable<readonly [code: string, record: LocalRecord]> {
    return [...this.data.reach().guilds].filter(([id]) => id.startsWith(guildId)).flatMap(([, records]) => [...records]);
  }
}

export class SortsBatches extends SharedMapStore {
  override async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    const answers = await super.filterUnsentMany(batch);
    return answers.sort((a, b) => (a.guildId < b.guildId ? -1 : 1));
  }
}

export class AnswersTwice extends SharedMapStore {
  override async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    await super.filterUnsentMany(batch);
    return Promise.all(
      batch.map(async ({ guildId, codes }) => ({ guildId: String(guildId), codes: await this.filterUnsent(guildId, codes) })),
    );
  }
}

export class TakesNumbers extends SharedMapStore {
  override async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    return super.filterUnsent(typeof guildId === 'number' ? String(guildId) : guildId, codes);
  }
}

export class SecondBaseline extends SharedMapStore {
  override async baseline(guildId: GuildId, codes: Codes): Promise<BaselineResult> {
    const result = await super.baseline(guildId, codes);
    if (result.applied) return result;
    const { marked } = await this.markSent(guildId, codes, { source: 'baseline' });
    return { applied: true, marked };
  }
}

export class RacyBaseline extends SharedMapDriver {
  override get metadata(): StoreMetadata {
    const kept = super.metadata;
    return {
      get: (keys) => kept.get(keys),
      set: (entries) => kept.set(entries),
      delete: (keys) => kept.delete(keys),
      list: (prefix) => kept.list(prefix),
      insert: async (key, value) => {
        const there = (await kept.get([key])).get(key);
        await setImmediate();
        if (there === undefined) await kept.set(new Map([[key, value]]));
        return there ?? value;
      },
    };
  }
}

export class KeepsBaselineOfClearedGuild extends SharedMapDriver {
  override get metadata(): StoreMetadata {
    const kept = super.metadata;
    return {
      get: (keys) => kept.get(keys),
      set: (entries) => kept.set(entries),
      insert: (key, value) => kept.insert(key, value),
      list: (prefix) => kept.list(prefix),
      delete: async () => undefined,
    };
  }
}
