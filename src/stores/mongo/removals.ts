import { SentCodeStoreError } from '../../contract/errors.js';
import type { Identity } from '../../contract/identity.js';
import { type CodeKey, keyOf } from '../../domain/codes.js';
import { chunksOf } from '../../core/chunked.js';
import { removalAsSeen, REMOVAL_FIELDS } from './as-seen.js';
import type { Commands } from './commands.js';
import type { WriteOperation } from './driver.js';
import type { GuildDocument } from './guild-document.js';
import { afterGuild, beforeGuild, idOf } from './keys.js';
import { findById, findGuildDocuments, listsOf } from './look-up.js';
import { isLive, type StoredDocument } from './stored-record.js';

/** Documents, or codes of a guild's list, that are removed at once. */
const CHUNK = 1000;
/** Most tries to take codes out of a list that another process changes meanwhile. */
const MAX_TRIES = 5;

/** What removals work with. */
export interface RemovalContext {
  readonly commands: Commands;
  readonly identity: Identity;
  readonly storeName: string;
}

/** Forgets codes as they are found at this moment. Resolves to the number removed. */
export async function removeKeys(context: RemovalContext, keys: readonly CodeKey[]): Promise<number> {
  const { commands, identity } = context;
  let removed = 0;
  let open = keys;
  for (let tries = 1; open.length > 0; tries += 1) {
    const guildIds = [...new Set(open.map(({ guildId }) => guildId))];
    const ids = open.map(({ guildId, code }) => keyOf(guildId, code));
    const documents = await findById(commands, [...ids, ...guildIds], { projection: REMOVAL_FIELDS });
    const lists = listsOf(documents, guildIds, identity);
    const inLists = open.filter(({ guildId, code }) => lists.get(guildId)?.codes.has(code) === true);
    const others = open.filter(({ guildId, code }) => lists.get(guildId)?.codes.has(code) !== true);
    await removeDocuments(context, found(documents, inLists));
    // Last: until then the list says "sent", also after a crash in between.
    const changed = await pullFromLists(context, lists, inLists);
    removed += await removeDocuments(context, found(documents, others));
    open = inLists.filter(({ guildId }) => changed.has(guildId));
    removed += inLists.length - open.length;
    if (open.length > 0 && tries === MAX_TRIES) throw restless(context, [...changed]);
  }
  return removed;
}

/**
 * Forgets the records of a guild, page by page. One command for the whole range would be shorter,
 * but if it arrived late it would remove what was marked since.
 */
export async function removeGuild(context: RemovalContext, guildId: string): Promise<number> {
  const { commands, identity } = context;
  const list = (await findGuildDocuments(commands, [guildId], identity)).get(guildId);
  const listed = [...(list?.codes.keys() ?? [])].map((code) => ({ guildId, code }));
  let removed = 0;
  for (const chunk of chunksOf(listed, CHUNK)) removed += await removeKeys(context, chunk);
  let after = beforeGuild(guildId);
  for (;;) {
    const filter = { _id: { $gt: after, $lt: afterGuild(guildId) } };
    const page = await commands.find({ filter, projection: REMOVAL_FIELDS, atMost: CHUNK, page: true });
    removed += await removeDocuments(context, page);
    const end = page.at(-1);
    if (page.length < CHUNK || end === undefined) break;
    after = idOf(end);
  }
  if (list !== undefined) {
    const empty = { _id: guildId, codes: { $size: 0 }, last_sent_at: list.asSeen.last_sent_at };
    await commands.write([{ deleteOne: { filter: empty } }], { repeatable: false });
  }
  return removed;
}

function found(documents: ReadonlyMap<unknown, StoredDocument>, keys: readonly CodeKey[]): StoredDocument[] {
  return keys.map(({ guildId, code }) => documents.get(keyOf(guildId, code))).filter((document) => document !== undefined);
}

/**
 * Removes documents in the order of ids, like all writes. A live claim stays: its owner may be
 * sending.
 */
async function removeDocuments({ commands }: RemovalContext, documents: readonly StoredDocument[]): Promise<number> {
  const operations = documents
    .filter((document) => !isLive(document))
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
    .map(removalAsSeen);
  if (operations.length === 0) return 0;
  // Never sent twice: the number that the first run removed would be lost.
  return (await commands.write(operations, { repeatable: false })).removed;
}

/**
 * Takes codes out of lists that have not changed since they were read. Resolves to the guilds whose
 * list has changed; nothing was taken out of it.
 *
 * ```text
 * forget: reads the list of Monday                        list of Monday? no: nothing, reads it again
 * older bot:                         adds a code, Tuesday
 * ```
 */
async function pullFromLists(
  { commands }: RemovalContext,
  lists: ReadonlyMap<string, GuildDocument>,
  keys: readonly CodeKey[],
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  for (const [guildId, { codes, asSeen }] of lists) {
    const elements = keys.filter((key) => key.guildId === guildId).flatMap(({ code }) => codes.get(code) ?? []);
    if (elements.length === 0) continue;
    const pull: WriteOperation = {
      updateOne: { filter: { _id: guildId, ...asSeen }, update: { $pull: { codes: { $in: elements } } } },
    };
    const { matched } = await commands.write([pull], { repeatable: false });
    if (matched === 0) changed.add(guildId);
  }
  return changed;
}

function restless({ storeName }: RemovalContext, guildIds: readonly string[]): SentCodeStoreError {
  return new SentCodeStoreError(
    'STORE_UNAVAILABLE',
    `${storeName}: the list of codes of guild ${guildIds.join(', ')} was changed by another process at every one of ${MAX_TRIES} tries ` +
      'to take codes out of it. Repeat the call.',
    { retryable: true },
  );
}
