import { InvalidInputError } from '../../contract/errors.js';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import type { CodeRecord, SentRecord } from '../../domain/record.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import type { Mark, ScannedRecord, ScanScope, StoreDriver } from '../../core/driver.js';
import { changeState, type LegacyStateAdapter, readState } from './adapter.js';
import { applyChange, type LegacyLists } from './state-change.js';
import { SentIndex, spellingsOf } from './sent-index.js';
import { GLOBAL, writeEntry } from './state.js';

/** The old bot's state behind its adapter. Each call reads the whole state. */
export class LegacyDriver implements StoreDriver {
  readonly supports: StoreSupport = {
    claims: false,
    times: false,
    sources: false,
    receipts: false,
    metadata: false,
    durable: true,
  };
  readonly #adapter: LegacyStateAdapter;
  readonly #options: ResolvedStoreOptions;

  constructor(adapter: LegacyStateAdapter, options: ResolvedStoreOptions) {
    this.#adapter = adapter;
    this.#options = options;
  }

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    for (const { guildId } of keys) refuseGlobal(guildId);
    const index = await this.#index();
    return keys.map((key) => (index.isSent(key) ? SENT : undefined));
  }

  async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const add = new Map<string, string[]>();
    for (const { guildId, code } of marks) {
      refuseGlobal(guildId);
      const texts = add.get(guildId) ?? [];
      texts.push(writeEntry(guildId, code));
      add.set(guildId, texts);
    }
    const before = new SentIndex(await changeState(this.#adapter, { add }), this.#options.identity);
    return marks.map((mark) => !before.isSent(mark));
  }

  async *scanRecords({ guildId, held }: ScanScope): AsyncIterable<ScannedRecord> {
    if (guildId !== undefined) refuseGlobal(guildId);
    if (held === true) return;
    const index = await this.#index();
    for (const guild of guildId === undefined ? index.guilds() : [guildId]) {
      for (const code of index.codesOf(guild)) yield { guildId: guild, code, record: SENT };
    }
  }

  async *scanGuilds(): AsyncIterable<string> {
    yield* (await this.#index()).guilds();
  }

  async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    for (const { guildId } of keys) refuseGlobal(guildId);
    const state = await readState(this.#adapter);
    const { global } = new SentIndex(state, this.#options.identity);
    const stuck = keys.filter(({ code }) => global.has(code)).map(({ code }) => code);
    if (stuck.length > 0) {
      throw new InvalidInputError(
        'INVALID_CODES',
        'codes',
        `${this.#options.name}: ${stuck.join(', ')} cannot be forgotten for one guild, because sent.global of the legacy state counts for every ` +
          'guild. Nothing was forgotten. Take such codes out of sent.global, for all guilds, or forget only other codes.',
      );
    }
    const wanted = new Map<string, Set<string>>();
    for (const { guildId, code } of keys) wanted.set(guildId, (wanted.get(guildId) ?? new Set<string>()).add(code));
    return this.#remove(state, ({ guildId, code }) => wanted.get(guildId)?.has(code) ?? false);
  }

  async removeGuild(guildId: string): Promise<number> {
    refuseGlobal(guildId);
    const state = await readState(this.#adapter);
    return this.#remove(state, (key) => key.guildId === guildId);
  }

  async pingStore(): Promise<void> {
    await this.#index();
  }

  async #index(): Promise<SentIndex> {
    return new SentIndex(await readState(this.#adapter), this.#options.identity);
  }

  /**
   * Removes every spelling in the state. If somebody else adds a spelling meanwhile, it stays, as a
   * later mark.
   */
  async #remove(state: unknown, test: (key: CodeKey) => boolean): Promise<number> {
    const remove: LegacyLists = spellingsOf(state, this.#options.identity, test);
    if (remove.size === 0) return 0;
    const before = await changeState(this.#adapter, { remove });
    const after = new SentIndex(applyChange(before, { remove }), this.#options.identity);
    return new SentIndex(before, this.#options.identity).count((key) => test(key) && !after.isOwn(key));
  }
}

const SENT: SentRecord = { state: 'sent', source: null, sentAt: null };

function refuseGlobal(guildId: string): void {
  if (guildId !== GLOBAL) return;
  throw new InvalidInputError(
    'INVALID_GUILD_ID',
    'guildId',
    'guildId is "global", which in the legacy state means every guild. Pass the id of one guild.',
  );
}
