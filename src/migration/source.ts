import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Codes, GuildCodes } from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import { describe } from '../domain/describe.js';
import { isLegacyStateAdapter, type LegacyStateAdapter, readState } from '../stores/legacy/adapter.js';
import { readEntries } from './entries-source.js';
import { type GlobalCodes, readLegacyState } from './legacy-source.js';
import type { OpenSource } from './source-entry.js';
import { readStore } from './store-source.js';

/** Where codes are moved from. */
export type MigrationSource =
  | LegacyStateAdapter
  | LegacyStateDocument
  | SentCodeStore
  | Iterable<GuildCodes | LegacyGuildDocument>
  | AsyncIterable<GuildCodes | LegacyGuildDocument>;

/** The whole state of the old bot, as an object. */
export interface LegacyStateDocument {
  readonly sent: object;
}

/** The document of one guild, as a later version of the old bot kept it. */
export interface LegacyGuildDocument {
  /** The guild. */
  readonly _id: string;
  readonly codes: Codes;
  /**
   * A date, or an ISO string; a string without zone is UTC. Every code of the guild gets this time,
   * because the document has no other.
   */
  readonly last_sent_at?: unknown;
}

/** A recognised source, and how to read it. */
export interface KnownSource {
  /** Name of the source, for the target's memory and for people. */
  readonly name: string;
  /** The legacy state, if it can be written. */
  readonly adapter?: LegacyStateAdapter;
  /** Begins to read. */
  open(options: { readonly globalCodes: GlobalCodes; readonly identity: Identity }): Promise<OpenSource>;
}

/** Recognises the kind of a source. `INVALID_OPTION` for anything else. */
export function knowSource(from: MigrationSource): KnownSource {
  const given: unknown = from;
  if (isLegacyStateAdapter(given)) {
    const { description = 'legacy state' } = given;
    return { name: description, adapter: given, open: async (options) => readLegacyState(await readState(given), options) };
  }
  if (isStore(given)) return { name: `store ${given.name}`, open: async () => ({ entries: readStore(given) }) };
  if (isIterable(given)) return { name: 'entries', open: async () => ({ entries: readEntries(given) }) };
  if (typeof given === 'object' && given !== null) {
    return { name: 'legacy state', open: async (options) => readLegacyState(given, options) };
  }
  const hint = typeof given === 'string' ? 'For a file pass legacyStateFile(path).' : '';
  throw new InvalidInputError(
    'INVALID_OPTION',
    'from',
    `migrateLegacyState: from is ${describe(given)}. Pass a legacy state, a store, or an iterable of { guildId, codes }. ${hint}`.trimEnd(),
  );
}

function isStore(value: unknown): value is SentCodeStore {
  const { listGuilds, listSent } = (value ?? {}) as Partial<SentCodeStore>;
  return typeof listGuilds === 'function' && typeof listSent === 'function';
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
