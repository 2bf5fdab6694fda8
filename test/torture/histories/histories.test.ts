import { describe, expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { runMongoHistory } from './mongo-history.js';

describe('Four processes on one collection, which are killed and stopped while the network fails', () => {
  it('are told nothing that contradicts what was promised', async () => {
    const between = { kills: 200, stops: 120 };
    const { broken, counts } = await runMongoHistory(mongoUri(), { seed: 1, bots: 4, commands: 450, paceMs: 10, between });
    expect(broken).toEqual([]);
    // It has been hard, so that its silence says something.
    expect(counts['kills']).toBeGreaterThan(0);
    expect(counts['cuts']).toBeGreaterThan(3);
  });
});
