import { isList, isStoredMetadata, isStoredRecord, type StoredMetadata, type StoredRecord } from '../records/record-codec.js';

/** What could be read of a damaged line of a snapshot. */
export interface Salvaged {
  readonly guildId?: string;
  readonly records: readonly StoredRecord[];
  readonly metadata: readonly StoredMetadata[];
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const GUILD = new RegExp(`"guild":(${STRING})`);
const SENT = new RegExp(`\\[${STRING},(?:null|${STRING}),(?:null|-?\\d+(?:\\.\\d+)?)(?:,${STRING})?\\]`, 'g');

/**
 * Reads what can be read of a damaged line: all of it if it still is JSON of the right shape,
 * otherwise each sent record that is still whole. A record with a changed letter is kept as it is:
 * the wrong code then counts as sent, and nothing more is lost.
 */
export function salvageLine(text: string): Salvaged {
  const whole = parse(text.replace(/,$/, '')) as Partial<Record<'guild' | 'sent' | 'held' | 'metadata', unknown>> | undefined;
  const { guild, sent = [], held = [], metadata = [] } = whole ?? {};
  if (typeof guild === 'string' && isList(sent, isStoredRecord) && isList(held, isStoredRecord)) {
    return { guildId: guild, records: [...sent, ...held], metadata: [] };
  }
  if (guild === undefined && isList(metadata, isStoredMetadata) && metadata.length > 0) return { records: [], metadata };
  const guildId = parse(GUILD.exec(text)?.[1] ?? '');
  if (typeof guildId !== 'string') return { records: [], metadata: [] };
  const records = (text.match(SENT) ?? []).map(parse).filter(isStoredRecord);
  return { guildId, records, metadata: [] };
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value ?? undefined;
  } catch {
    return undefined;
  }
}
