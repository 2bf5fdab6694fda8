import { setImmediate } from 'node:timers/promises';
import type {
  CodeKey,
  CodeRecord,
  Codes,
  GuildId,
  GuildStats,
  Mark,
  MarkOptions,
  MarkSentResult,
  ScannedRecord,
  ScanScope,
  StoreOptions,
} from 'sent-code-store/store';
import { normalizeCode } from 'sent-code-store';
import type { LocalRecord } from '../../../src/domain/state-machine.js';
import type { RecordChange } from '../../../src/core/local-driver.js';
import { type SharedData, SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

const YEAR_MS = 365 * 86_400_000;

export class CaseSensitive extends SharedMapStore {
  constructor(data: SharedData, options: StoreOptions) {
    super(data, { ...options, identity: options.identity ?? { name: 'gift-code', normalize: (code) => code.trim() } });
  }
}

export class AnswersIdentity extends SharedMapStore {
  override async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    return (await super.filterUnsent(guildId, codes)).map(normalizeCode);
  }
}

export class LosesOneOfMany extends SharedMapDriver {
  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    await super.markRecords(marks.length > 1 ? marks.slice(0, -1) : marks);
    return marks.map(() => true);
  }
}

export class ExpiresRecords extends SharedMapDriver {
  override lookUp(guildId: string, code: string): LocalRecord | undefined {
    const record = super.lookUp(guildId, code);
    const expired =
      record?.state === 'sent' &&
      record.sentAt !== null &&
      record.sentAt > 1_700_000_000_000 &&
      record.sentAt < this.options.clock.now() - YEAR_MS;
    return expired ? undefined : record;
  }
}

export class OverwritesFirstMark extends SharedMapStore {
  override async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    const result = await super.markSent(guildId, codes, options);
    await this.forget(guildId, result.alreadySent);
    await super.markSent(guildId, result.alreadySent, options);
    return result;
  }
}

export class CountsHeldCodes extends SharedMapStore {
  override async stats(guildId: GuildId): Promise<GuildStats> {
    const stats = await super.stats(guildId);
    return { ...stats, total: [...this.driver.recordsOf(String(guildId))].length };
  }
}

export class ListsGuildsTwice extends SharedMapDriver {
  override async *scanGuilds(): AsyncIterable<string> {
    for await (const { guildId } of this.scanRecords({})) yield guildId;
  }
}

export class ForgetsLiveClaims extends SharedMapDriver {
  override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    const there = keys.filter(({ guildId, code }) => this.lookUp(guildId, code) !== undefined);
    await this.commit(there.map((key) => ({ ...key, record: undefined })));
    return there.length;
  }
}

export class MarksBeforeItChecks extends SharedMapStore {
  override async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    const result: MarkSentResult = { marked: [], alreadySent: [] };
    for (const code of codes) {
      const { marked, alreadySent } = await super.markSent(guildId, [code], options);
      result.marked.push(...marked);
      result.alreadySent.push(...alreadySent);
    }
    return result;
  }
}

export class SkipsBadCodes extends SharedMapStore {
  override async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    return super.filterUnsent(
      guildId,
      [...codes].filter((code) => typeof code === 'string' && code.trim() !== ''),
    );
  }
}

export class IgnoresBadOptions extends SharedMapStore {
  override async markSent(guildId: GuildId, codes: Codes, options?: MarkOptions): Promise<MarkSentResult> {
    try {
      return await super.markSent(guildId, codes, options);
    } catch (error) {
      if ((error as { code?: string }).code !== 'INVALID_OPTION') throw error;
      return super.markSent(guildId, codes);
    }
  }
}

export class LosesSecondChunk extends SharedMapDriver {
  override readonly chunkSize = Number.MAX_SAFE_INTEGER;

  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    await super.markRecords(marks.slice(0, 1000));
    return marks.map(() => true);
  }
}

export class ReadModifyWrite extends SharedMapDriver {
  override async commit(changes: readonly RecordChange[]): Promise<void> {
    const guildIds = new Set(changes.map(({ guildId }) => guildId));
    const copies = new Map([...guildIds].map((guildId) => [guildId, new Map(this.data.guilds.get(guildId))]));
    await setImmediate();
    for (const { guildId, code, record } of changes) {
      if (record === undefined) copies.get(guildId)?.delete(code);
      else copies.get(guildId)?.set(code, record);
    }
    for (const [guildId, records] of copies) {
      if (records.size === 0) this.data.guilds.delete(guildId);
      else this.data.guilds.set(guildId, records);
    }
  }
}

export class TwoMarkers extends SharedMapDriver {
  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const before: (CodeRecord | undefined)[] = [...(await this.readRecords(marks))];
    await setImmediate();
    await super.markRecords(marks);
    return before.map((record) => record?.state !== 'sent');
  }
}

export class TruncatesTimes extends SharedMapDriver {
  override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return super.markRecords(marks.map((mark) => ({ ...mark, sentAt: mark.sentAt && Math.trunc(mark.sentAt / 1000) * 1000 })));
  }
}

export class WritesWhenAsked extends SharedMapDriver {
  override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const { guilds } = this.data.reach();
    for (const { guildId } of keys) if (!guilds.has(guildId)) guilds.set(guildId, new Map());
    return super.readRecords(keys);
  }

  override async *scanGuilds(): AsyncIterable<string> {
    yield* [...this.guilds()];
  }
}

export class RemembersForgottenMarks extends SharedMapDriver {
  readonly #first = new Map<string, Mark>();

  override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return super.markRecords(
      marks.map((mark) => {
        const key = `${mark.guildId}:${mark.code}`;
        const first = this.#first.get(key) ?? mark;
        this.#first.set(key, first);
        return first;
      }),
    );
  }
}

export class PagesByOffset extends SharedMapDriver {
  override async *scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    const size = 20;
    for (let offset = 0, page: ScannedRecord[] = []; offset === 0 || page.length === size; offset += size) {
      const all: ScannedRecord[] = [];
      for await (const record of super.scanRecords(scope)) all.push(record);
      page = all.slice(offset, offset + size);
      yield* page;
    }
  }
}
