import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';
import { type CodeEvent, type LocalRecord, toCodeRecord, transition } from '../domain/state-machine.js';
import type { StoreSupport } from '../contract/support.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreDriver } from './driver.js';
import type { ResolvedStoreOptions } from './options.js';
import { Turns } from './turns.js';

/** A record as it is to be from now on; `undefined`: absent. */
export interface RecordWrite extends CodeKey {
  readonly record: LocalRecord | undefined;
}

/** A record as it is to be, and as it was. */
export interface RecordChange extends RecordWrite {
  /** The record that was looked up a moment ago, without a pause since. */
  readonly before: LocalRecord | undefined;
}

/** A record and its code. */
export type RecordEntry = readonly [code: string, record: LocalRecord];

/** Codes that the removal of a guild removes in one step. */
const REMOVED_AT_ONCE = 1000;

/**
 * The driver of a store whose records are in this process: every event goes through the state
 * machine here, so such a store only looks up and commits.
 *
 * Look-ups and the beginning of a commit happen without a pause in between. So two callers never
 * decide on the same record, whatever a commit waits for afterwards.
 */
export abstract class LocalDriver implements StoreDriver {
  abstract readonly supports: StoreSupport;
  protected readonly options: ResolvedStoreOptions;

  constructor(options: ResolvedStoreOptions) {
    this.options = options;
  }

  /** The record under a key, with everything that was committed so far, durable or not. */
  protected abstract lookUp(guildId: string, code: string): LocalRecord | undefined;
  /**
   * The records of a guild, or its held ones at least; `undefined` for a step that leads to none. A
   * record that is there all the time comes once. A change during the iteration may or may not be
   * seen. The iteration ends, also if records are added all the time.
   */
  protected abstract recordsOf(guildId: string, heldOnly: boolean): Iterable<RecordEntry | undefined>;
  /** All guilds that have records, and maybe some that have none. */
  protected abstract guilds(): Iterable<string>;
  /**
   * Makes the changes visible to `lookUp` before it returns, and resolves when they, and all
   * changes before them, are durable. Called with no changes by a call that changes nothing, whose
   * answer may rest on changes that are not durable yet.
   *
   * @param keys - all keys that the call's answer is about
   */
  protected abstract commit(changes: readonly RecordChange[], keys: readonly CodeKey[]): Promise<void>;

  /** The clock of leases and ages in ms. */
  protected leaseClock(): number {
    return this.options.clock.monotonic();
  }

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const now = this.leaseClock();
    return keys.map(({ guildId, code }) => report(this.lookUp(guildId, code), now));
  }

  async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return changedBy(await this.#apply(marks, markOf));
  }

  async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    const { guildId, leaseMs, ageMs, idleMs = null } = claim;
    const now = this.leaseClock();
    const firstTriedAt = ageMs === null ? null : now - ageMs;
    const endedAt = idleMs === null ? null : now - idleMs;
    const keys = claim.holds.map((hold) => ({ guildId, code: hold.code, hold }));
    return recordsAfter(await this.#apply(keys, ({ hold }) => ({ type: 'claim', hold, leaseMs, firstTriedAt, endedAt })));
  }

  async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    return recordsAfter(await this.#apply(changes, ({ event }) => event));
  }

  async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return changedBy(await this.#apply(keys, () => FORGET)).filter(Boolean).length;
  }

  /**
   * Step by step, so that a guild of any size takes little memory. A failure, or a crash, leaves
   * the guild with what was not removed yet.
   */
  async removeGuild(guildId: string): Promise<number> {
    let removed = 0;
    let keys: CodeKey[] = [];
    for await (const [code] of this.#walk(guildId)) {
      keys.push({ guildId, code });
      if (keys.length < REMOVED_AT_ONCE) continue;
      removed += await this.removeRecords(keys);
      keys = [];
    }
    return removed + (await this.removeRecords(keys));
  }

  async *scanRecords({ guildId, held = false }: ScanScope): AsyncIterable<ScannedRecord> {
    const guilds = guildId === undefined ? [...this.guilds()] : [guildId];
    for (const each of guilds) {
      for await (const [code, local] of this.#walk(each, held)) {
        yield { guildId: each, code, record: toCodeRecord(local, this.leaseClock()) };
      }
    }
  }

  async *scanGuilds(): AsyncIterable<string> {
    for (const guildId of [...this.guilds()]) {
      const first = await this.#walk(guildId).next();
      if (first.done !== true) yield guildId;
    }
  }

  /** The records of a guild, with pauses in which everything else has its turn. */
  async *#walk(guildId: string, heldOnly = false): AsyncGenerator<RecordEntry, void, undefined> {
    const turns = new Turns();
    for (const entry of this.recordsOf(guildId, heldOnly)) {
      const turn = turns.step();
      if (turn !== undefined) await turn;
      if (entry !== undefined && (!heldOnly || entry[1].state === 'held')) yield entry;
    }
  }

  /** Applies an event to each key. Resolves, when all is durable, to what was and what is. */
  async #apply<K extends CodeKey>(keys: readonly K[], eventOf: (key: K) => CodeEvent): Promise<Applied> {
    const now = this.leaseClock();
    const changes = keys.map((key): RecordChange => {
      const { guildId, code } = key;
      const before = this.lookUp(guildId, code);
      return { guildId, code, before, record: transition(before, eventOf(key), now) };
    });
    await this.commit(changes.every(isChange) ? changes : changes.filter(isChange), keys);
    return { changes, now };
  }
}

/** What became of each key, and the time of the lease clock when it did. */
interface Applied {
  readonly changes: readonly RecordChange[];
  readonly now: number;
}

const FORGET: CodeEvent = { type: 'forget' };

function markOf({ source, sentAt, receipt }: Mark): CodeEvent {
  return { type: 'mark', source, sentAt, receipt };
}

function isChange({ before, record }: RecordChange): boolean {
  return record !== before;
}

function changedBy({ changes }: Applied): boolean[] {
  return changes.map(isChange);
}

function recordsAfter({ changes, now }: Applied): (CodeRecord | undefined)[] {
  return changes.map(({ record }) => report(record, now));
}

function report(record: LocalRecord | undefined, now: number): CodeRecord | undefined {
  return record === undefined ? undefined : toCodeRecord(record, now);
}
