import { checksumText } from '../format/sealed-line.js';
import { isList, isStoredMetadata, isStoredRecord, type StoredMetadata, type StoredRecord } from '../records/record-codec.js';

/** What one line of a journal says: the records and the metadata as they are from then on. */
export interface JournalEntry {
  /** Records by guild. */
  readonly changes: readonly (readonly [guildId: string, records: readonly StoredRecord[]])[];
  /** The store's own metadata. */
  readonly metadata: readonly StoredMetadata[];
  /** Announces the next line: it has this many bytes, more than it may have unannounced. */
  readonly room?: number;
  /** In a journal's first entry: the checksum of the last line of the journal before. */
  readonly after?: number;
}

const FIELDS = new Set(['len', 'crc', 'after', 'room', 'changes', 'metadata']);
const CHECKSUM = /^[0-9a-f]{8}$/;

/** The content of a sealed line that announces one of so many bytes. */
export function encodeAnnouncement(room: number): string {
  return `"room":${room},"changes":[]}`;
}

/**
 * The beginning of the content of a journal's first entry: the last checksum of the journal before,
 * so that its missing end is noticed.
 */
export function encodeAfter(checksum: number): string {
  return `"after":"${checksumText(checksum)}",`;
}

/** The content of a sealed line. */
export function encodeEntry({ changes, metadata }: JournalEntry): string {
  const rest = metadata.length > 0 ? `,"metadata":${JSON.stringify(metadata)}` : '';
  return `"changes":${JSON.stringify(changes)}${rest}}`;
}

/** The entry that a line holds; `undefined` if it is not one. */
export function decodeEntry(text: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.keys(value).some((key) => !FIELDS.has(key))) return undefined;
  const { changes, metadata = [], room, after } = value as Partial<Record<keyof JournalEntry, unknown>>;
  if (!isList(changes, isGuildChange) || !isList(metadata, isStoredMetadata)) return undefined;
  if (room !== undefined && !Number.isSafeInteger(room)) return undefined;
  if (after !== undefined && (typeof after !== 'string' || !CHECKSUM.test(after))) return undefined;
  return {
    changes,
    metadata,
    ...(room !== undefined && { room: room as number }),
    ...(after !== undefined && { after: Number.parseInt(after, 16) }),
  };
}

function isGuildChange(value: unknown): value is readonly [guildId: string, records: readonly StoredRecord[]] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isList(value[1], isStoredRecord);
}
