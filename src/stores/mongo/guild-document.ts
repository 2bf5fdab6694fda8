import { StoreDamagedError } from '../../contract/errors.js';
import type { Identity } from '../../contract/identity.js';
import { foundCode } from '../../domain/identity.js';
import type { SentRecord } from '../../domain/record.js';
import { fieldAsSeen } from './as-seen.js';
import { beforeGuild } from './keys.js';
import { type StoredDocument, toSource } from './stored-record.js';
import { fromTimestamp } from '../../domain/timestamps.js';

/**
 * A guild's document `{ _id: "guild", codes: […] }`: every code in its list was sent. Another bot
 * may keep it beside the documents of codes. It takes precedence over them because it was there
 * first: this package never adds to it.
 */
export interface GuildDocument {
  readonly guildId: string;
  /** The record of every code of the list. */
  readonly record: SentRecord;
  /** By code: its elements in the list, as they are written there. */
  readonly codes: ReadonlyMap<string, readonly unknown[]>;
  /** The condition that nobody has added to the list since it was read. */
  readonly asSeen: { readonly codes: object; readonly last_sent_at: object };
}

/**
 * Reads a guild's document; `undefined` if it has no `codes`. `STORE_DAMAGED` for a list that
 * cannot be read: it could hold any code.
 */
export function toGuildDocument(document: StoredDocument, guildId: string, identity: Identity): GuildDocument | undefined {
  const listed = document['codes'];
  if (listed === undefined || listed === null) return undefined;
  if (!Array.isArray(listed)) throw unreadable(guildId, 'codes is not an array');
  const codes = new Map<string, unknown[]>();
  for (const element of listed as unknown[]) {
    if (element === null) continue;
    if (typeof element !== 'string' && typeof element !== 'number')
      throw unreadable(guildId, 'codes has an element that is not a string');
    const code = foundCode(withoutGuild(String(element), guildId), identity);
    if (code === undefined) continue;
    const same = codes.get(code);
    if (same === undefined) codes.set(code, [element]);
    else same.push(element);
  }
  const record: SentRecord = {
    state: 'sent',
    source: toSource(document['source']),
    sentAt: fromTimestamp(document['last_sent_at']),
  };
  const asSeen = { codes: { $size: listed.length }, last_sent_at: fieldAsSeen(document, 'last_sent_at') };
  return { guildId, record, codes, asSeen };
}

/** A list may hold whole keys, `guild:CODE`, of its own guild. */
function withoutGuild(text: string, guildId: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith(beforeGuild(guildId)) ? trimmed.slice(beforeGuild(guildId).length) : text;
}

function unreadable(guildId: string, what: string): StoreDamagedError {
  return new StoreDamagedError(
    `The document of guild ${guildId} cannot be read: ${what}. So it is not known which codes were sent to the guild. ` +
      'Make codes an array of strings, or remove the document.',
  );
}
