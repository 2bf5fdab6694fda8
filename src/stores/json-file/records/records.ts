import type { SentRecord } from '../../../domain/record.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import { presentEntries, Turns } from '../../../core/turns.js';
import { textAt } from '../format/json-bytes.js';
import { GuildLines, type SentLine } from './guild-lines.js';
import { SentTable } from './sent-table.js';

/**
 * Records over a guild's table: held or changed ones. `undefined` hides the table's record of a
 * code.
 */
type Changes = Map<string, LocalRecord | undefined>;

/** A changed piece of the store's own metadata; `undefined` removes it. */
export type MetadataChange = readonly [key: string, value: string | undefined];

/** What is known of one guild. The newer of two records of a code is the one that counts. */
interface GuildRecords {
  /** Its sent codes in the snapshot. */
  table: SentTable | undefined;
  /** The changes that a snapshot in the making adds to the table. Fixed meanwhile. */
  frozen: Changes | undefined;
  /**
   * The newest changes. Made when needed: most guilds have none, and a map takes more room than the
   * rest of a guild.
   */
  changes: Changes | undefined;
}

/** A guild as a snapshot in the making has it. */
export interface FrozenGuild {
  readonly table: SentTable | undefined;
  /** Changes over the table; `undefined` for a removed code. */
  readonly changes: ReadonlyMap<string, LocalRecord | undefined>;
}

/** All records and metadata of a store, in memory. */
export class Records {
  /** The store's own metadata. */
  readonly metadata = new Map<string, string>();
  readonly #guilds = new Map<string, GuildRecords>();
  /** Guilds that nobody has asked for since the snapshot was read. */
  readonly #lines = new GuildLines();
  readonly #frozen = new Set<string>();

  /** The record under a key. */
  get(guildId: string, code: string): LocalRecord | undefined {
    const guild = this.#find(guildId);
    if (guild === undefined) return undefined;
    const { changes, frozen, table } = guild;
    const changed = changes?.get(code) ?? (changes?.has(code) === true ? null : frozen?.get(code));
    if (changed !== undefined) return changed ?? undefined;
    return frozen?.has(code) === true ? undefined : table?.find(code);
  }

  /** Puts a record under a key; `undefined` removes what is there. */
  set(guildId: string, code: string, record: LocalRecord | undefined): void {
    const guild = this.#guildOf(guildId);
    guild.changes ??= new Map();
    const mayHide = guild.table !== undefined || guild.frozen !== undefined;
    if (record !== undefined || mayHide) guild.changes.set(code, record);
    else guild.changes.delete(code);
    if (!mayHide && guild.changes.size === 0) this.#guilds.delete(guildId);
  }

  /** All guilds that have records, and some that have none any more. */
  guildIds(): string[] {
    return [...this.#guilds.keys(), ...this.#lines.ids()];
  }

  /** Lets {@link Records.guildIds} answer at once: 100 000 ids of a snapshot take a while. */
  async readGuildIds(turns = new Turns()): Promise<void> {
    for (const guildId of this.#lines.ids()) {
      this.#find(guildId);
      const turn = turns.step();
      if (turn !== undefined) await turn;
    }
  }

  /**
   * Whether the index of a guild is made. Otherwise the first look-up makes it, which takes long
   * for a million codes.
   */
  isReady(guildId: string): boolean {
    return this.#find(guildId)?.table?.isReady ?? true;
  }

  /** Makes the index of a guild, with pauses. */
  async makeReady(guildId: string): Promise<void> {
    await this.#find(guildId)?.table?.makeIndex();
  }

  /**
   * The records of a guild; with `changedOnly` its changed ones, which include all held ones.
   * `undefined` for a step without a record. Nothing is copied: a record that stays comes once, and
   * a change during the iteration may or may not be seen.
   */
  entries(guildId: string, changedOnly = false): Iterable<readonly [code: string, record: LocalRecord] | undefined> {
    const guild = this.#find(guildId);
    if (guild === undefined) return [];
    const maps = [guild.frozen, guild.changes].filter((changes) => changes !== undefined);
    return entriesOf(changedOnly ? undefined : guild.table, maps);
  }

  /**
   * Gives a guild its line of the snapshot. A guild with a line already (a person joined two files)
   * keeps the earliest time of each code. Returns the number of codes that were in both.
   */
  addLine(line: SentLine): number {
    const { bytes, id, idEnd, first, count } = line;
    // Hardly any guild has records before its line: no id is made for nothing.
    const isMet = this.#guilds.size > 0 && this.#guilds.has(textAt(bytes, id, idEnd));
    if (!isMet && this.#lines.add(line)) return 0;
    const guildId = textAt(bytes, id, idEnd);
    const table = new SentTable(line, first, count);
    const guild = this.#guildOf(guildId);
    guild.table ??= table;
    if (guild.table === table) return 0;
    let repeated = 0;
    for (const [code, record] of table.entries()) {
      const known = this.get(guildId, code);
      if (known?.state === 'sent') repeated += 1;
      if (known?.state !== 'sent' || isEarlier(record, known)) this.set(guildId, code, record);
    }
    return repeated;
  }

  /**
   * Gives the next snapshot a guild's records. They do not change until {@link Records.settle} or
   * {@link Records.thaw}: new changes go over them.
   */
  freeze(guildId: string): FrozenGuild {
    const guild = this.#guildOf(guildId);
    guild.frozen = guild.changes ?? new Map();
    guild.changes = undefined;
    this.#frozen.add(guildId);
    return { table: guild.table, changes: guild.frozen };
  }

  /** Puts a new table in place of what {@link Records.freeze} gave, with the held codes over it. */
  settle(guildId: string, table: SentTable | undefined, held: readonly (readonly [code: string, record: LocalRecord])[]): void {
    const guild = this.#guildOf(guildId);
    guild.table = table;
    guild.frozen = undefined;
    this.#frozen.delete(guildId);
    if (held.length > 0) guild.changes ??= new Map();
    for (const [code, record] of held) if (guild.changes?.has(code) === false) guild.changes.set(code, record);
    if (table === undefined && (guild.changes === undefined || guild.changes.size === 0)) this.#guilds.delete(guildId);
  }

  /** Undoes what {@link Records.freeze} did and nothing settled: the snapshot was not made. */
  thaw(): void {
    for (const guildId of this.#frozen) {
      const guild = this.#guildOf(guildId);
      for (const [code, record] of guild.changes ?? []) guild.frozen?.set(code, record);
      guild.changes = guild.frozen;
      guild.frozen = undefined;
    }
    this.#frozen.clear();
  }

  #guildOf(guildId: string): GuildRecords {
    return this.#find(guildId) ?? this.#begin(guildId, undefined);
  }

  #find(guildId: string): GuildRecords | undefined {
    const guild = this.#guilds.get(guildId);
    if (guild !== undefined) return guild;
    const table = this.#lines.take(guildId);
    return table && this.#begin(guildId, table);
  }

  #begin(guildId: string, table: SentTable | undefined): GuildRecords {
    const guild: GuildRecords = { table, frozen: undefined, changes: undefined };
    this.#guilds.set(guildId, guild);
    return guild;
  }
}

/**
 * Yields the table, then the maps from old to new. A code that a newer map has is left to that map,
 * and remembered. A newer map may get codes during the iteration: of these it yields only the
 * remembered ones, because all others came before or are new.
 */
function* entriesOf(
  table: SentTable | undefined,
  maps: readonly Changes[],
): Generator<readonly [code: string, record: LocalRecord] | undefined> {
  const atStart = maps.map(({ size }) => size);
  const left = new Set<string>();
  const isLeft = (code: string, newer: readonly Changes[]): boolean => {
    if (!newer.some((changes) => changes.has(code))) return false;
    left.add(code);
    return true;
  };
  if (table !== undefined) for (const entry of table.entries()) yield isLeft(entry[0], maps) ? undefined : entry;
  for (const [index, changes] of maps.entries()) {
    const newer = maps.slice(index + 1);
    let place = 0;
    for (const [code, record] of presentEntries(changes)) {
      const isDue = place < (atStart[index] ?? 0) || left.has(code);
      place += 1;
      yield isDue && !isLeft(code, newer) && record !== undefined ? [code, record] : undefined;
    }
  }
}

function isEarlier(a: SentRecord, b: SentRecord): boolean {
  return a.sentAt !== null && (b.sentAt === null || a.sentAt < b.sentAt);
}
