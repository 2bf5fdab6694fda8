import { isStoredRecord, type StoredRecord } from '../records/record-codec.js';

/** What one line of a journal says: the records and facts as they are from then on. */
export interface JournalEntry {
  /** Records by guild. */
  readonly changes: readonly (readonly [guildId: string, records: readonly StoredRecord[]])[];
  /** The store's own facts; `null` removes one. */
  readonly metadata: readonly (readonly [key: string, value: string | null])[];
}

/** The content of a sealed line. */
export function encodeEntry({ changes, metadata }: JournalEntry): string {
  const facts = metadata.length > 0 ? `,"metadata":${JSON.stringify(metadata)}` : '';
  return `"changes":${JSON.stringify(changes)}${facts}}`;
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
  const { len, crc, changes, metadata = [], ...unknown } = value as Record<string, unknown>;
  if (Object.keys(unknown).length > 0 || !isList(changes, isGuildChange) || !isList(metadata, isFact)) return undefined;
  return { changes, metadata };
}

/** Whether a parsed value is one of the store's own facts, or the removal of one. */
export function isFact(value: unknown): value is readonly [key: string, value: string | null] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    (value[1] === null || typeof value[1] === 'string')
  );
}

function isGuildChange(value: unknown): value is readonly [guildId: string, records: readonly StoredRecord[]] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isList(value[1], isStoredRecord);
}

/** Whether a parsed value is a list of such items. */
export function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}
