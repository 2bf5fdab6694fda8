import type { Identity } from '../../contract/identity.js';
import type { Logger } from '../../contract/logger.js';
import type { ScannedRecord, ScanScope } from '../../core/driver.js';
import { foundCode } from '../../domain/identity.js';
import type { Commands } from './commands.js';
import { type GuildDocument, toGuildDocument } from './guild-document.js';
import { afterGuild, beforeGuild, idOf, parseId } from './keys.js';
import { findGuildDocuments } from './look-up.js';
import { RECORD_FIELDS, type StoredDocument, toRecord } from './stored-record.js';

const PAGE = 1000;
/** Ids on a page of guilds: it covers many small guilds, and does not go far into a big one. */
const GUILD_PAGE = 200;

/** What a scan works with. */
export interface ScanContext {
  readonly commands: Commands;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly storeName: string;
}

/**
 * Streams records in the order of ids, page by page. No cursor stays open between two pages: the
 * caller may take hours over a step, and a server drops an idle cursor after minutes.
 */
export async function* scanRecords(context: ScanContext, { guildId, held = false }: ScanScope): AsyncGenerator<ScannedRecord> {
  const { commands, identity } = context;
  const filter = held ? { sent_at: { $exists: false } } : {};
  if (guildId === undefined) {
    yield* toRecords(context, pages(commands, { $gt: '' }, filter), [], held);
    return;
  }
  const list = (await findGuildDocuments(commands, [guildId], identity)).get(guildId);
  if (list !== undefined && !held) yield* listed(list);
  const range = { $gt: beforeGuild(guildId), $lt: afterGuild(guildId) };
  yield* toRecords(context, pages(commands, range, filter), list === undefined ? [] : [list], held);
}

/**
 * The guilds with records, each once: reads some ids, then goes on behind the last guild that it
 * has seen.
 */
export async function* scanGuilds(commands: Commands): AsyncGenerator<string> {
  const hasRecords = { $or: [{ _id: /:/ }, { 'codes.0': { $exists: true } }] };
  const listGuilds = new Set<string>();
  let last = '';
  let range: object = { $gt: '' };
  for (;;) {
    const page = await commands.find({
      filter: { _id: range, ...hasRecords },
      projection: { _id: 1 },
      atMost: GUILD_PAGE,
      page: true,
    });
    for (const document of page) {
      const { guildId, code } = parseId(idOf(document));
      // Ids of other guilds stand between a guild's own document and those of its codes: `1`,
      // `12:A`, `1:A`.
      const isRepeated = guildId === last || listGuilds.has(guildId);
      if (code === undefined) listGuilds.add(guildId);
      else last = guildId;
      if (guildId !== '' && !isRepeated) yield guildId;
    }
    const end = page.at(-1);
    if (page.length < GUILD_PAGE || end === undefined) return;
    const { guildId, code } = parseId(idOf(end));
    range = code === undefined ? { $gt: guildId } : { $gte: afterGuild(guildId) };
  }
}

async function* pages(commands: Commands, ids: object, filter: object): AsyncGenerator<StoredDocument> {
  let range = ids;
  for (;;) {
    const page = await commands.find({ filter: { _id: range, ...filter }, projection: RECORD_FIELDS, atMost: PAGE, page: true });
    yield* page;
    const end = page.at(-1);
    if (page.length < PAGE || end === undefined) return;
    range = { ...ids, $gt: idOf(end) };
  }
}

/**
 * The records of documents in the order of ids. A guild's list comes before the documents of its
 * codes. Only ids that begin with the guild's id come in between, so few lists are open at a time.
 */
async function* toRecords(
  context: ScanContext,
  documents: AsyncIterable<StoredDocument>,
  open: GuildDocument[],
  held: boolean,
): AsyncGenerator<ScannedRecord> {
  const { identity, logger, storeName } = context;
  let strange = 0;
  for await (const document of documents) {
    const id = idOf(document);
    const { guildId, code } = parseId(id);
    if (guildId === '') continue;
    while (open.length > 0 && !id.startsWith(open.at(-1)?.guildId ?? '')) open.pop();
    if (code === undefined) {
      const list = toGuildDocument(document, guildId, identity);
      if (list === undefined) continue;
      open.push(list);
      if (!held) yield* listed(list);
    } else if (foundCode(code, identity) !== code) {
      strange += 1;
    } else if (!open.some((list) => list.guildId === guildId && list.codes.has(code))) {
      yield { guildId, code, record: toRecord(document, code) };
    }
  }
  if (strange > 0) {
    logger.warn(
      `${storeName}: ${strange} documents have an id that is not "guild:CODE" with the code as identity "${identity.name}" writes it. ` +
        'No look-up finds them, so they count for nothing.',
    );
  }
}

function* listed({ guildId, record, codes }: GuildDocument): Generator<ScannedRecord> {
  for (const code of codes.keys()) yield { guildId, code, record };
}
