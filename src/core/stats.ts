import type { GuildStats } from '../contract/types.js';
import type { ScannedRecord } from './driver.js';

/** Figures of one guild from all its records, in one pass. */
export async function collectStats(records: AsyncIterable<ScannedRecord>): Promise<GuildStats> {
  const bySource = new Map<string, number>();
  let total = 0;
  let uncertain = 0;
  let first: number | null = null;
  let last: number | null = null;
  let lastCode: string | null = null;
  for await (const { code, record } of records) {
    if (record.state !== 'sent') {
      if (record.state === 'uncertain') uncertain += 1;
      continue;
    }
    total += 1;
    const source = record.source ?? 'unknown';
    bySource.set(source, (bySource.get(source) ?? 0) + 1);
    if (record.sentAt === null) continue;
    if (first === null || record.sentAt < first) first = record.sentAt;
    // Of codes with the same time, the one that sorts last: the answer must not depend on the order
    // of the scan.
    if (last === null || lastCode === null || record.sentAt > last || (record.sentAt === last && code > lastCode)) {
      last = record.sentAt;
      lastCode = code;
    }
  }
  return {
    total,
    bySource: Object.fromEntries(bySource),
    firstSentAt: first === null ? null : new Date(first),
    lastSentAt: last === null ? null : new Date(last),
    lastCode,
    uncertain,
  };
}
