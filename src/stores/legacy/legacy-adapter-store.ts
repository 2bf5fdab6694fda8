import { InvalidInputError } from '../../contract/errors.js';
import type { StoreSupport } from '../../contract/support.js';
import type { CodeKey } from '../../domain/codes.js';
import { describe } from '../../domain/describe.js';
import type { CodeRecord, SentRecord } from '../../domain/record.js';
import { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { checkOptions } from '../../core/check-options.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import type { Mark, ScannedRecord, ScanScope } from '../../core/primitives.js';
import { changeState, isLegacyStateAdapter, type LegacyStateAdapter, readState } from './adapter.js';
import { applyChange, type LegacyLists } from './state-change.js';
import { SentIndex, spellingsOf } from './sent-index.js';
import { GLOBAL, writeEntry } from './state.js';

/** Options of a {@link LegacyAdapterStore}. */
export type LegacyAdapterStoreOptions = StoreOptions;

const SENT: SentRecord = { state: 'sent', source: null, sentAt: null };

/**
 * The old bot's state as a store: it reads what the old bot wrote, and writes what the old bot can read on.
 *
 * - Codes under `global` count as sent to every guild, also to one that the state does not name. They are no guild's own: `clearGuild` leaves
 *   them, and `forget` of one is refused with `INVALID_CODES`.
 * - `listGuilds` names the guilds with codes of their own, and, if there are global codes, every guild that the state names. `listSent`
 *   gives a guild's own codes and the global ones.
 * - Of a mark nothing is kept but the code: no time, no source. There are no claims and no metadata.
 * - No guild can be called `global`: `INVALID_GUILD_ID`.
 * - Each call reads the whole state.
 *
 * A state of another shape rejects every call with `LEGACY_STATE_INVALID`, an adapter that rejects with `STORE_UNAVAILABLE`.
 */
export class LegacyAdapterStore extends AbstractSentCodeStore {
  readonly supports: StoreSupport = { claims: false, times: false, sources: false, metadata: false, durable: true };
  readonly #adapter: LegacyStateAdapter;

  constructor(adapter: LegacyStateAdapter, options: LegacyAdapterStoreOptions = {}) {
    checkOptions(storeOptionsSchema, options, 'LegacyAdapterStore');
    if (!isLegacyStateAdapter(adapter)) {
      throw new InvalidInputError(
        'INVALID_OPTION',
        'adapter',
        `LegacyAdapterStore: adapter is ${describe(adapter)}. Pass { getState, setState }, legacyStateFile(path) or legacyStateCollection(collection).`,
      );
    }
    super(options, 'LegacyAdapterStore');
    this.#adapter = adapter;
  }

  protected override async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    for (const { guildId } of keys) refuseGlobal(guildId);
    const index = await this.#index();
    return keys.map((key) => (index.isSent(key) ? SENT : undefined));
  }

  protected override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const add = new Map<string, string[]>();
    for (const { guildId, code } of marks) {
      refuseGlobal(guildId);
      const texts = add.get(guildId) ?? [];
      texts.push(writeEntry(guildId, code));
      add.set(guildId, texts);
    }
    const before = new SentIndex(await changeState(this.#adapter, { add }), this.identity);
    return marks.map((mark) => !before.isSent(mark));
  }

  protected override async *scanRecords({ guildId, held }: ScanScope): AsyncIterable<ScannedRecord> {
    if (guildId !== undefined) refuseGlobal(guildId);
    if (held === true) return;
    const index = await this.#index();
    for (const guild of guildId === undefined ? index.guilds() : [guildId]) {
      for (const code of index.codesOf(guild)) yield { guildId: guild, code, record: SENT };
    }
  }

  protected override async *scanGuilds(): AsyncIterable<string> {
    yield* (await this.#index()).guilds();
  }

  protected override async removeRecords(keys: readonly CodeKey[]): Promise<number> {
    for (const { guildId } of keys) refuseGlobal(guildId);
    const state = await readState(this.#adapter);
    const { global } = new SentIndex(state, this.identity);
    const stuck = keys.filter(({ code }) => global.has(code)).map(({ code }) => code);
    if (stuck.length > 0) {
      throw new InvalidInputError(
        'INVALID_CODES',
        'codes',
        `${this.name}: ${stuck.join(', ')} cannot be forgotten for one guild: the legacy state has it under sent.global, which counts for every ` +
          'guild. Nothing was forgotten. Take it out of sent.global, for all guilds, or forget only other codes.',
      );
    }
    const wanted = new Map<string, Set<string>>();
    for (const { guildId, code } of keys) wanted.set(guildId, (wanted.get(guildId) ?? new Set<string>()).add(code));
    return this.#remove(state, ({ guildId, code }) => wanted.get(guildId)?.has(code) ?? false);
  }

  protected override async removeGuild(guildId: string): Promise<number> {
    refuseGlobal(guildId);
    const state = await readState(this.#adapter);
    return this.#remove(state, (key) => key.guildId === guildId);
  }

  protected override async pingStore(): Promise<void> {
    await this.#index();
  }

  async #index(): Promise<SentIndex> {
    return new SentIndex(await readState(this.#adapter), this.identity);
  }

  /** Removes every spelling that the state has. One that somebody else adds meanwhile is a later mark, and stays. */
  async #remove(state: unknown, test: (key: CodeKey) => boolean): Promise<number> {
    const remove: LegacyLists = spellingsOf(state, this.identity, test);
    if (remove.size === 0) return 0;
    const before = await changeState(this.#adapter, { remove });
    const after = new SentIndex(applyChange(before, { remove }), this.identity);
    return new SentIndex(before, this.identity).count((key) => test(key) && !after.isOwn(key));
  }
}

function refuseGlobal(guildId: string): void {
  if (guildId !== GLOBAL) return;
  throw new InvalidInputError(
    'INVALID_GUILD_ID',
    'guildId',
    'guildId is "global", which in the legacy state means every guild. Pass the id of one guild.',
  );
}
