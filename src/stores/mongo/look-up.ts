import type { Identity } from '../../contract/identity.js';
import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import type { Commands } from './commands.js';
import { type GuildDocument, toGuildDocument } from './guild-document.js';
import { RECORD_FIELDS, type StoredDocument, toRecord } from './stored-record.js';

/** What the collection has under a key. */
export interface Found {
  readonly record: CodeRecord | undefined;
  /** Id of the mark in the code's own document; absent if the code is in its guild's list. */
  readonly markId?: unknown;
}

/**
 * Reads what is under each key, in one round trip: the documents of the codes, and those of their
 * guilds.
 */
export async function lookUp(
  commands: Commands,
  keys: readonly CodeKey[],
  identity: Identity,
  options: { readonly majority?: boolean } = {},
): Promise<Found[]> {
  const ids = keys.map(({ guildId, code }) => keyOf(guildId, code));
  const guildIds = [...new Set(keys.map(({ guildId }) => guildId))];
  const documents = await findById(commands, [...ids, ...guildIds], options);
  const lists = listsOf(documents, guildIds, identity);
  return keys.map(({ guildId, code }, index): Found => {
    const list = lists.get(guildId);
    if (list?.codes.has(code) === true) return { record: list.record };
    const document = documents.get(ids[index] ?? '');
    return document === undefined ? { record: undefined } : { record: toRecord(document, code), markId: document['mark_id'] };
  });
}

/** The lists of those guilds that have one. */
export async function findGuildDocuments(
  commands: Commands,
  guildIds: readonly string[],
  identity: Identity,
): Promise<Map<string, GuildDocument>> {
  return listsOf(await findById(commands, guildIds, {}), guildIds, identity);
}

/** Documents by their ids, in one round trip. */
export async function findById(
  commands: Commands,
  ids: readonly string[],
  options: { readonly majority?: boolean; readonly projection?: object },
): Promise<Map<unknown, StoredDocument>> {
  const documents = await commands.find({
    filter: { _id: { $in: ids } },
    projection: RECORD_FIELDS,
    atMost: ids.length,
    ...options,
  });
  return new Map(documents.map((document) => [document['_id'], document]));
}

/** The lists among documents that were found by id. */
export function listsOf(
  documents: ReadonlyMap<unknown, StoredDocument>,
  guildIds: readonly string[],
  identity: Identity,
): Map<string, GuildDocument> {
  const lists = new Map<string, GuildDocument>();
  for (const guildId of guildIds) {
    const document = documents.get(guildId);
    const list = document && toGuildDocument(document, guildId, identity);
    if (list !== undefined) lists.set(guildId, list);
  }
  return lists;
}
