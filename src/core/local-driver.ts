import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';
import { type CodeEvent, type LocalRecord, toCodeRecord, transition } from '../domain/state-machine.js';
import type { StoreSupport } from '../contract/support.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreDriver } from './driver.js';
import type { ResolvedStoreOptions } from './options.js';
import { Turns } from './turns.js';

/** A record as it is to be from now on; `undefined`: absent. */
export interface RecordChange extends CodeKey {
  readonly record: LocalRecord | undefined;
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
   */
  protected abstract commit(changes: readonly RecordChange[]): Promise<void>;

  /** The clock of leases and ages in ms. */
  protected leaseClock(): number {
    return this.options.clock.monotonic();
  }

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const now = this.leaseClock();
    return keys.map(({ guildId, code }) => report(this.lookUp(guildId, code), now));
  }

  async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const { changed } = await this.#apply(
      marks.map(({ guildId, code, source, sentAt, receipt }) => ({
        guildId,
        code,
        event: { type: 'mark', source, sentAt, receipt },
      })),
    );
    return changed;
  }

  async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    const { guildId, leaseMs, ageMs, idleMs = null } = claim;
    const now = this.leaseClock();
    const times = { firstTriedAt: ageMs === null ? null : now - ageMs, endedAt: idleMs === null ? null : now - idleMs };
    const { after } = await this.#apply(
      claim.holds.map(({ code, ...hold }) => ({ guildId, code, event: { type: 'claim', hold, leaseMs, ...times } })),
    );
    return after;
  }

  async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    const { after } = await this.#apply(changes);
    return after;
  }

  async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    const { changed } = await this.#apply(keys.map(({ guildId, code }) => ({ guildId, code, event: { type: 'forget' } })));
    return changed.filter(Boolean).length;
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

  async #apply(
    changes: readonly (CodeKey & { readonly event: CodeEvent })[],
  ): Promise<{ changed: boolean[]; after: (CodeRecord | undefined)[] }> {
    const now = this.leaseClock();
    const committed: RecordChange[] = [];
    const changed: boolean[] = [];
    const after: (CodeRecord | undefined)[] = [];
    for (const { guildId, code, event } of changes) {
      const before = this.lookUp(guildId, code);
      const record = transition(before, event, now);
      changed.push(record !== before);
      after.push(report(record, now));
      if (record !== before) committed.push({ guildId, code, record });
    }
    await this.commit(committed);
    return { changed, after };
  }
}

function report(record: LocalRecord | undefined, now: number): CodeRecord | undefined {
  return record === undefined ? undefined : toCodeRecord(record, now);
}
