import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { migrateLegacyState } from '../../../src/migration/migrate-legacy-state.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { plainStore } from '../../support/migration/plain-store.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const GUILDS = 300;
const CODES = 1_000;
const BATCH = 5_000;
const CALLS = (GUILDS * CODES) / BATCH;

/** Each code once, in many entries of some hundred; guilds one after the other. */
function* stream(): Generator<{ guildId: string; codes: string[] }> {
  for (let guild = 0; guild < GUILDS; guild += 1) {
    for (let start = 0; start < CODES; start += 250) {
      yield {
        guildId: `${1_147_956_569 + guild}`,
        codes: Array.from({ length: 250 }, (_, index) => `CODE-${guild}-${start + index}`),
      };
    }
  }
}

describe('a large stream', () => {
  it('moves in batches of thousands, with memory that does not grow with it', async () => {
    let calls = 0;
    let codes = 0;
    let largest = 0;
    // Keeps nothing: what grows is the migration's own.
    const to = plainStore(new MemoryStore(), {
      statesMany: async (_call, batch) =>
        batch.map(({ guildId, codes }) => ({
          guildId: String(guildId),
          states: new Map([...codes].map((code) => [code, 'absent' as const])),
        })),
      markSentMany: async (_call, batch) => {
        const size = batch.reduce((sum, entry) => sum + [...entry.codes].length, 0);
        calls += 1;
        codes += size;
        largest = Math.max(largest, size);
        return batch.map((entry) => ({ guildId: String(entry.guildId), marked: [...entry.codes], alreadySent: [] }));
      },
    });
    const heap = new Map<number, number>();
    const { totals } = await migrateLegacyState({
      from: stream(),
      to,
      onProgress: () => {
        if (calls !== 2 && calls !== CALLS - 1) return;
        collectGarbage();
        heap.set(calls, process.memoryUsage().heapUsed);
      },
    });
    expect(totals).toMatchObject({ guilds: GUILDS, found: GUILDS * CODES, migrated: GUILDS * CODES });
    expect(codes).toBe(GUILDS * CODES);
    expect(largest).toBe(BATCH);
    expect(calls).toBe(CALLS);
    // All the codes would be more than 20 MB; 300 guilds' figures and a batch are far less.
    const growth = heap.get(CALLS - 1)! - heap.get(2)!;
    expect(growth).toBeLessThan(4_000_000);
  });
});
