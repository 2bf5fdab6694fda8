import { SentCodeStoreError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';

/** The used part of the old bot's state. */
export interface LegacyState {
  /** Lists of codes by guild, and `global`. The items are not checked; most are strings. */
  readonly sent: ReadonlyMap<string, readonly unknown[]>;
  /** The guilds with a channel. */
  readonly channels: readonly string[];
}

/** One item of a list. */
export interface LegacyItem {
  readonly list: string;
  readonly index: number;
  /** Not checked. */
  readonly value: unknown;
}

/** The meaning of a string of a list. */
export interface LegacyEntry {
  /** The guild, or {@link GLOBAL}. */
  readonly guildId: string;
  /** The code as written, not checked. */
  readonly code: string;
}

/** The list in `sent` for all guilds: its codes count as sent to every guild. */
export const GLOBAL = 'global';

/**
 * The lists of a state. `LEGACY_STATE_INVALID`, with the path to the field, if a field cannot be
 * read without guessing.
 */
export function parseLegacyState(state: unknown): LegacyState {
  if (!isObject(state)) {
    throw invalidState(
      'the state',
      state,
      'Expected an object with "sent". A bot that has sent nothing yet has the state { "sent": {} }.',
    );
  }
  if (!isObject(state['sent'])) {
    throw invalidState('sent', state['sent'], 'Expected an object of lists. If nothing was ever sent, set it to {}.');
  }
  const sent = new Map<string, readonly unknown[]>();
  for (const [list, items] of Object.entries(state['sent'])) {
    if (!Array.isArray(items)) throw invalidState(pathOf(list), items, 'Expected a list of codes.');
    sent.set(list, items);
  }
  const channels = state['channels'] ?? {};
  if (!isObject(channels)) throw invalidState('channels', channels, 'Expected an object.');
  return { sent, channels: Object.keys(channels) };
}

/** Every item of every list. */
export function* itemsOf({ sent }: LegacyState): Generator<LegacyItem> {
  for (const [list, items] of sent) {
    for (const [index, value] of items.entries()) yield { list, index, value };
  }
}

/**
 * An item as a string. `LEGACY_STATE_INVALID` for anything else, because its meaning would be a
 * guess.
 */
export function stringOf({ list, index, value }: LegacyItem): string {
  if (typeof value === 'string') return value;
  throw invalidState(`${pathOf(list)}[${index}]`, value, 'Expected a code, which is a string.');
}

/**
 * Reads a string of a list.
 *
 * - `<digits>:<CODE>` is a code of that guild, in every list.
 * - `<guild>:<CODE>` is a code of the guild, in the guild's own list.
 * - `global:<CODE>` is a code of every guild.
 * - Anything else is a code of the list's guild.
 */
export function readEntry(list: string, text: string): LegacyEntry {
  if (text.startsWith(`${list}:`)) return { guildId: list, code: text.slice(list.length + 1) };
  const composite = /^\s*(?:(\d{1,100})|global):/i.exec(text);
  if (composite === null) return { guildId: list, code: text };
  return { guildId: composite[1] ?? GLOBAL, code: text.slice(composite[0].length) };
}

/**
 * The string for a code in its guild's own list: the code alone, or `<guild>:<CODE>` if
 * {@link readEntry} would read the code alone as something else.
 */
export function writeEntry(guildId: string, code: string): string {
  const read = readEntry(guildId, code);
  return read.guildId === guildId && read.code === code ? code : `${guildId}:${code}`;
}

function pathOf(list: string): string {
  return `sent[${JSON.stringify(list)}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidState(path: string, value: unknown, hint: string): SentCodeStoreError {
  return new SentCodeStoreError('LEGACY_STATE_INVALID', `Legacy state: ${path} is ${describe(value)}. ${hint}`);
}
