/**
 * The ids of the collection: `guild:CODE` is a code, `guild` may be a guild's list of codes, and an
 * id that begins with `:` is the store's own, because no guild's id is empty.
 */

/** What an id names. */
export interface ParsedId {
  /** Empty for the store's own metadata. */
  readonly guildId: string;
  /** Absent if the id is only a guild's. */
  readonly code?: string;
}

/** Takes an id apart at its first `:`. */
export function parseId(id: string): ParsedId {
  const colon = id.indexOf(':');
  return colon === -1 ? { guildId: id } : { guildId: id.slice(0, colon), code: id.slice(colon + 1) };
}

/** The id of a document that was found in a range of ids, which holds strings only. */
export function idOf(document: Readonly<Record<string, unknown>>): string {
  return document['_id'] as string;
}

/** The id before all codes of a guild. */
export function beforeGuild(guildId: string): string {
  return `${guildId}:`;
}

/** The id after all codes of a guild: `;` follows `:` in the order of ids. */
export function afterGuild(guildId: string): string {
  return `${guildId};`;
}

/**
 * A guild id as a document keeps it: a number if it is a 64-bit integer in its usual form, because
 * other readers of the collection ask for numbers. Only a `bigint` is written as a BSON Long, never
 * a `number`.
 */
export function guildIdValue(guildId: string): bigint | string {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(guildId)) return guildId;
  const value = BigInt(guildId);
  return BigInt.asIntN(64, value) === value ? value : guildId;
}
