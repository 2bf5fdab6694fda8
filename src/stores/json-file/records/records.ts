import type { SentRecord } from '../../../domain/record.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import { encodeSent, SentTable } from './sent-table.js';

/** What is held or changed over a guild's table; `undefined` under a code hides the table's record of it. */
type Changes = Map<string, LocalRecord | undefined>;

/** A changed piece of the store's own metadata; `undefined` removes it. */
export type MetadataChange = readonly [key: string, value: string | undefined];

/** What is known of one guild. */
interface GuildRecords {
  /** Its sent codes in the snapshot. */
  table: SentTable | undefined;
  /** Made when needed: most guilds have none, and a map takes more room than the rest of a guild. */
  changes: Changes | undefined;
}

/** What a snapshot has for a guild. */
export interface FoldedGuild {
  /** Number of sent codes. */
  readonly count: number;
  /** The guild's table, if its sent codes are the same as in the last snapshot. */
  readonly unchanged: SentTable | undefined;
  /** Else their bytes, in pieces that belong between commas. */
  readonly sent: readonly Uint8Array[];
  readonly held: readonly (readonly [code: string, record: LocalRecord])[];
}

/** All records and metadata of a store, in memory. */
export class Records {
  /** The store's own metadata. */
  readonly metadata = new Map<string, string>();
  readonly #guilds = new Map<string, GuildRecords>();

  /** The record under a key. */
  get(guildId: string, code: string): LocalRecord | undefined {
    const guild = this.#guilds.get(guildId);
    if (guild === undefined) return undefined;
    return guild.changes?.get(code) ?? (guild.changes?.has(code) === true ? undefined : guild.table?.find(code));
  }

  /** Puts a record under a key; `undefined` removes what is there. */
  set(guildId: string, code: string, record: LocalRecord | undefined): void {
    const guild = this.#guildOf(guildId);
    guild.changes ??= new Map();
    if (record !== undefined || guild.table !== undefined) guild.changes.set(code, record);
    else guild.changes.delete(code);
    if (guild.table === undefined && guild.changes.size === 0) this.#guilds.delete(guildId);
  }

  /** The guilds that have records. */
  *guildIds(): Generator<string> {
    for (const [guildId, guild] of this.#guilds) if (hasRecords(guild)) yield guildId;
  }

  /** The records of a guild at this moment: what changes during the iteration is not seen. */
  entries(guildId: string, heldOnly = false): Iterable<readonly [code: string, record: LocalRecord]> {
    const guild = this.#guilds.get(guildId);
    if (guild === undefined) return [];
    return entriesOf(heldOnly ? undefined : guild.table, new Map(guild.changes));
  }

  /**
   * The table that a guild has from the snapshot. A guild that has one already (a person joined two files) keeps the earliest time of
   * each code. Returns the number of codes that were in both.
   */
  addTable(guildId: string, table: SentTable): number {
    const guild = this.#guildOf(guildId);
    if (guild.table === undefined) {
      guild.table = table;
      return 0;
    }
    let repeated = 0;
    for (const [code, record] of table.entries()) {
      const known = this.get(guildId, code);
      if (known?.state === 'sent') repeated += 1;
      if (known?.state !== 'sent' || isEarlier(record, known)) this.set(guildId, code, record);
    }
    return repeated;
  }

  /** What the next snapshot has for a guild. */
  fold(guildId: string): FoldedGuild {
    const { table, changes = [] } = this.#guildOf(guildId);
    const held: [string, LocalRecord][] = [];
    const added: string[] = [];
    const hidden = new Set<string>();
    for (const [code, record] of changes) {
      if (record?.state === 'held') held.push([code, record]);
      else if (record !== undefined) added.push(encodeSent(code, record));
      if (table?.find(code) !== undefined) hidden.add(code);
    }
    const count = (table?.count ?? 0) - hidden.size + added.length;
    if (table !== undefined && added.length === 0 && hidden.size === 0) return { count, unchanged: table, sent: [], held };
    const sent = table === undefined ? [] : hidden.size === 0 ? [table.records] : [...table.recordsWithout(hidden)];
    if (added.length > 0) sent.push(Buffer.from(added.join(',')));
    return { count, unchanged: undefined, sent, held };
  }

  /** Puts a table in place of all that {@link Records.fold} gave at this same moment, and leaves held codes over it. */
  rebase(guildId: string, table: SentTable | undefined): void {
    const guild = this.#guildOf(guildId);
    const held = [...(guild.changes ?? [])].filter(([, record]) => record?.state === 'held');
    guild.table = table;
    guild.changes = held.length === 0 ? undefined : new Map(held);
    if (table === undefined && held.length === 0) this.#guilds.delete(guildId);
  }

  /** Every guild that a snapshot must look at, with or without records. */
  foldable(): string[] {
    return [...this.#guilds.keys()];
  }

  #guildOf(guildId: string): GuildRecords {
    let guild = this.#guilds.get(guildId);
    if (guild === undefined) this.#guilds.set(guildId, (guild = { table: undefined, changes: undefined }));
    return guild;
  }
}

function* entriesOf(
  table: SentTable | undefined,
  changes: ReadonlyMap<string, LocalRecord | undefined>,
): Generator<readonly [code: string, record: LocalRecord]> {
  if (table !== undefined) for (const entry of table.entries()) if (!changes.has(entry[0])) yield entry;
  for (const [code, record] of changes) if (record !== undefined) yield [code, record];
}

function hasRecords({ table, changes }: GuildRecords): boolean {
  let hidden = 0;
  for (const [code, record] of changes ?? []) {
    if (record !== undefined) return true;
    if (table?.find(code) !== undefined) hidden += 1;
  }
  return table !== undefined && table.count > hidden;
}

function isEarlier(a: SentRecord, b: SentRecord): boolean {
  return a.sentAt !== null && (b.sentAt === null || a.sentAt < b.sentAt);
}
