import type { CodeRecord, ScannedRecord } from 'sent-code-store/store';
import { describe, expect, it } from 'vitest';
import { collectStats } from '../../../src/core/stats.js';

async function* scan(...records: readonly (readonly [code: string, record: CodeRecord])[]): AsyncGenerator<ScannedRecord> {
  for (const [code, record] of records) yield { guildId: '1', code, record };
}

const sent = (source: string | null, sentAt: number | null): CodeRecord => ({ state: 'sent', source, sentAt });
const held = (state: 'claimed' | 'uncertain'): CodeRecord => ({
  ...{ state, token: 't', messageId: 'm', spelling: 'x', position: 0, size: 1, attempt: 1, ageMs: 0, idleMs: 0 },
});

describe('the figures of a guild', () => {
  it('take codes without a time or a source along', async () => {
    expect(await collectStats(scan(['A', sent(null, null)], ['B', sent('api', 5)], ['C', sent(null, 3)]))).toEqual({
      total: 3,
      bySource: { unknown: 2, api: 1 },
      firstSentAt: new Date(3),
      lastSentAt: new Date(5),
      lastCode: 'B',
      uncertain: 0,
    });
  });

  it('do not depend on the order of the scan where codes have one time', async () => {
    const records = [
      ['A', sent('api', 7)],
      ['C', sent('api', 7)],
      ['B', sent('api', 7)],
    ] as const;
    expect((await collectStats(scan(...records))).lastCode).toBe('C');
    expect((await collectStats(scan(...[...records].reverse()))).lastCode).toBe('C');
  });

  it('count uncertain codes apart, and held ones not at all', async () => {
    expect(await collectStats(scan(['A', held('claimed')], ['B', held('uncertain')]))).toMatchObject({
      total: 0,
      uncertain: 1,
      lastCode: null,
    });
  });

  it('know a time before 1970', async () => {
    expect(await collectStats(scan(['A', sent('api', -5)], ['B', sent('api', 0)]))).toMatchObject({
      firstSentAt: new Date(-5),
      lastSentAt: new Date(0),
      lastCode: 'B',
    });
  });
});
