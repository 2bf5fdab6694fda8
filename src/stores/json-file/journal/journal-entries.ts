import { isList, isStoredMetadata, isStoredRecord, type StoredMetadata, type StoredRecord } from '../records/record-codec.js';

/** What one line of a journal says: the records and the metadata as they are from then on. */
export interface JournalEntry {
  /** Records by guild. */
  readonly changes: readonly (readonly [guildId: string, records: readonly StoredRecord[]])[];
  /** The store's own metadata. */
  readonly metadata: readonly StoredMetadata[];
}

const FIELDS = new Set(['len', 'crc', 'changes', 'metadata']);

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
  const { changes, metadata = [] } = value as { readonly changes?: unknown; readonly metadata?: unknown };
  if (!isList(changes, isGuildChange) || !isList(metadata, isStoredMetadata)) return undefined;
  return { changes, metadata };
}

function isGuildChange(value: unknown): value is readonly [guildId: string, records: readonly StoredRecord[]] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isList(value[1], isStoredRecord);
}
